// lunchkit/static/js/door-root.js
var root = document.querySelector("[data-door]");
var announce = (name2, detail) => root.dispatchEvent(new CustomEvent(`door:${name2}`, { detail }));

// lunchkit/static/js/door-disk.js
var NAME = `lunchkit-door-${root.dataset.slug}`;
var opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("scans", { keyPath: "order", autoIncrement: true });
    asked.result.createObjectStore("kept");
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
async function change(store, work) {
  const transaction = (await opened).transaction(store, "readwrite", { durability: "strict" });
  return new Promise((resolve, reject) => {
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
async function read(store, work) {
  const asked = work((await opened).transaction(store).objectStore(store));
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
async function forget() {
  (await opened).close();
  indexedDB.deleteDatabase(NAME);
}

// lunchkit/static/js/door-ledger.js
var ledger = {
  people: [],
  byKey: /* @__PURE__ */ new Map(),
  byId: /* @__PURE__ */ new Map(),
  arrivals: /* @__PURE__ */ new Map(),
  conflicts: [],
  counts: void 0,
  digest: "",
  hasNames: false,
  queue: [],
  // what the server has not answered yet, in its order: { order, record }
  held: []
  // what it answered with a no that only this phone knows: { order, record, answer }
};
var plain = ({ order, record, answer }) => ({ ...order && { order }, record, ...answer && { answer } });
var changed = () => {
  const owed = ledger.queue.length + ledger.held.length;
  document.cookie = `lunchkit-owed-${root.dataset.slug}=${owed}; path=/organiser; samesite=lax; max-age=${owed ? 604800 : 0}`;
  announce("changed");
};
ledger.add = async (entry) => {
  entry.order = await change("scans", (scans) => scans.add(plain(entry)));
  ledger.queue.push(entry);
  presume(entry.record);
  changed();
};
ledger.amend = async (entry) => {
  await change("scans", (scans) => scans.put(plain(entry)));
  presume(entry.record);
  changed();
};
ledger.drop = async (entry) => {
  await change("scans", (scans) => scans.delete(entry.order));
  ledger.queue = ledger.queue.filter((other) => other.order !== entry.order);
  ledger.held = ledger.held.filter((other) => other.order !== entry.order);
  changed();
};
ledger.settle = async (entry, answer) => {
  if (answer.word === "in") ledger.arrivals.set(answer.id, { ...answer });
  if (!entry.record.let_in || answer.id || answer.word === "in") return ledger.drop(entry);
  await change("scans", (scans) => scans.put(plain({ ...entry, answer })));
  ledger.queue = ledger.queue.filter((other) => other.order !== entry.order);
  ledger.held.push({ ...entry, answer });
  changed();
};
ledger.take = (news) => {
  if (news.people) learn(news.people, true);
  ledger.arrivals = new Map(news.arrivals.map((one) => [one.id, one]));
  for (const { record } of ledger.queue) presume(record);
  Object.assign(ledger, { conflicts: news.conflicts, counts: news.counts, digest: news.digest, signedInUntil: news.signed_in_until });
  const people = ledger.people.map(({ name: name2, ...rest }) => rest);
  change("kept", (kept) => kept.put({ ...news, people, token: void 0 }, "list")).catch(() => {
  });
  changed();
};
function learn(people, hasNames) {
  Object.assign(ledger, { people, hasNames });
  ledger.byKey = new Map(people.map((one) => [one.key, one]));
  ledger.byId = new Map(people.map((one) => [one.id, one]));
}
function presume({ let_in, nonce: nonce2, undoes, corrects, people, at, door, ...who }) {
  const named = [...ledger.arrivals].find(([, one2]) => one2.of === (undoes ?? corrects));
  if (undoes && named) ledger.arrivals.delete(named[0]);
  if (corrects && named) ledger.arrivals.set(named[0], { ...named[1], people });
  const one = let_in && !undoes && !corrects && person(who);
  if (one && !ledger.arrivals.has(one.id))
    ledger.arrivals.set(one.id, { id: one.id, people: people ?? one.seats, at, door, of: nonce2 });
}
function person({ id, ticket }) {
  return ledger.byId.get(id) ?? (ticket && ledger.byKey.get(keyOf(ticket)));
}
function keyOf(hash) {
  const bytes = hash.slice(0, 24).match(/../g).map((pair) => parseInt(pair, 16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
ledger.ready = (async () => {
  const list3 = await read("kept", (kept) => kept.get("list"));
  const entries = await read("scans", (scans) => scans.getAll());
  ledger.queue.push(...entries.filter((entry) => !entry.answer));
  ledger.held.push(...entries.filter((entry) => entry.answer));
  if (list3 && !ledger.digest) {
    learn(list3.people, false);
    ledger.arrivals = new Map(list3.arrivals.map((one) => [one.id, one]));
    Object.assign(ledger, { conflicts: list3.conflicts, counts: list3.counts, digest: list3.digest });
    for (const { record } of ledger.queue) presume(record);
  }
  changed();
})();

// lunchkit/static/js/door-send.js
var BATCH = 40;
var EVERY = 4e3;
var PATIENCE = 8e3;
var REFUSALS = ["out", "shut"];
var token;
var etag;
var timer;
var running;
var waiting;
var csrfToken = () => token;
function round() {
  if (running) {
    waiting ??= running.then(() => {
      waiting = void 0;
      return round();
    });
    return waiting;
  }
  running = goRound().finally(() => {
    running = void 0;
  });
  return running;
}
async function goRound() {
  clearTimeout(timer);
  try {
    await ledger.ready;
    const isFirst = !token;
    if (isFirst) await look();
    const isOwing = ledger.queue.length > 0;
    while (ledger.queue.length) await deliver(ledger.queue.slice(0, BATCH));
    if (isOwing || !isFirst) await look();
    link("on");
  } catch (error) {
    link(REFUSALS.includes(error.message) ? error.message : "off");
  }
  timer = setTimeout(round, EVERY * (0.8 + 0.4 * Math.random()) * (root.dataset.link === "on" ? 1 : 1.5));
}
async function look() {
  const address = new URL(root.dataset.now, location);
  if (ledger.hasNames) address.searchParams.set("seen", ledger.digest);
  const answer = await call(address, { headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.status === 304) return;
  etag = answer.headers.get("ETag");
  const news = await answer.json();
  token = news.token;
  ledger.take(news);
}
async function deliver(entries, isAgain = false) {
  const body = JSON.stringify({ scans: entries.map(({ record }) => record) });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await call(root.dataset.scans, { method: "POST", headers, body });
  if (answer.status === 400 && !isAgain) {
    token = etag = void 0;
    await look();
    return deliver(entries, true);
  }
  const { answers } = await answer.json();
  for (const entry of entries) {
    const told = answers.find(({ nonce: nonce2 }) => nonce2 === entry.record.nonce) ?? { word: "unknown", id: null };
    await ledger.settle(entry, told);
    entry.heard?.(told);
  }
}
async function call(address, options) {
  const answer = await fetch(address, { ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    token = etag = void 0;
    throw new Error("out");
  }
  if (answer.status === 403) throw new Error("shut");
  const isRead = answer.ok || answer.status === 304 || answer.status === 400 && options.method;
  if (!isRead) throw new Error(answer.status);
  return answer;
}
function link(state2) {
  const before = root.dataset.link;
  root.dataset.link = state2;
  if (before !== state2) announce("changed");
}
addEventListener("online", () => round());
addEventListener("offline", () => link("off"));
addEventListener("pageshow", (event) => event.persisted && round());
document.addEventListener("visibilitychange", () => document.hidden || round());
round();

// lunchkit/static/js/door-judge.js
function judge(wish) {
  if (wish.walk_in) return { word: (ledger.counts?.free ?? 0) > 0 ? "in" : "full", who: wish.walk_in.name, seats: 1, people: 1 };
  const person2 = person(wish);
  if (!person2) return { word: "unknown" };
  const { id, who, seats, place, standing } = person2;
  const first = ledger.arrivals.get(id);
  if (first) return { ...first, id, who, seats, word: "double" };
  const word = { seated: "in", waiting: "waiting" }[standing] ?? "cancelled";
  return { word, id, who, seats, place, people: word === "in" ? seats : 0 };
}

// lunchkit/static/js/door-keep.js
var name = document.querySelector("[data-door-name]");
var loud = document.querySelector("[data-loud]");
var { decoder } = document.querySelector("[data-camera]").dataset;
var leave = document.querySelector("[data-leave]");
var TONES = { in: [880], double: [440, 440], undone: [] };
var tones;
var doorName = () => name.value.trim();
for (const field of [name, loud]) {
  const kept = localStorage.getItem(`lunchkit-door-${field.name}`);
  if (kept !== null) field.type === "checkbox" ? field.checked = kept === "true" : field.value = kept;
  field.addEventListener("change", () => localStorage.setItem(`lunchkit-door-${field.name}`, field.type === "checkbox" ? field.checked : field.value));
}
async function install() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
  await navigator.serviceWorker.ready;
  const inCharge = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  if (!navigator.serviceWorker.controller) await Promise.race([inCharge, new Promise((resolve) => setTimeout(resolve, 2e3))]);
  await navigator.storage?.persist?.();
  if (!globalThis.BarcodeDetector) await fetch(decoder).catch(() => {
  });
  root.dataset.kept = "yes";
}
async function clear() {
  if (ledger.queue.length || ledger.held.length) return;
  await forget();
  const registration = await navigator.serviceWorker?.getRegistration(root.dataset.scope);
  await registration?.unregister();
  for (const key of await caches.keys()) if (key.startsWith(`door-${root.dataset.slug}/`)) await caches.delete(key);
}
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {
  });
}
function sound(word) {
  const beats = TONES[word] ?? [220, 220, 220];
  navigator.vibrate?.(beats.flatMap(() => [120, 80]));
  tones ??= new AudioContext();
  beats.forEach((pitch, index) => {
    const tone = new OscillatorNode(tones, { frequency: pitch });
    tone.connect(tones.destination);
    tone.start(tones.currentTime + index * 0.2);
    tone.stop(tones.currentTime + index * 0.2 + 0.12);
  });
}
root.addEventListener("door:told", ({ detail }) => loud.checked && sound(detail.word));
leave.addEventListener("click", async () => {
  await clear();
  location.assign(leave.dataset.leave);
});
root.addEventListener("door:changed", () => leave.disabled = ledger.queue.length + ledger.held.length > 0);
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
install().catch(() => {
});
ledger.ready.then(() => Date.now() > Number(root.dataset.until) && clear()).catch(() => {
});

// lunchkit/static/js/door-clock.js
var clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: root.dataset.zone
});
var [HOUR, TIME] = JSON.parse(root.dataset.clock);
function time(at) {
  if (!at) return "";
  const [hour, minute] = clock.format(at).split(":");
  return (minute === "00" ? HOUR : TIME).replace("{h}", Number(hour)).replace("{m}", minute);
}

// lunchkit/static/js/door-house.js
var places = document.querySelectorAll("[data-house]");
var WORDS = JSON.parse(places[0].dataset.house);
function counted(name2, number) {
  if (!number) return "";
  return number === 1 ? WORDS[`${name2}_one`] : WORDS[name2].replace("{n}", number);
}
function house() {
  const { free = 1, absent, waiting: waiting2 } = ledger.counts ?? {};
  if (free > 0) return "";
  return [WORDS.full, counted("absent", absent), counted("waiting", waiting2)].filter(Boolean).join(" ");
}

// lunchkit/static/js/door-verdict.js
var dialog = document.querySelector("[data-verdict]");
var STAYS = 5e3;
var shown;
var timer2;
function show(told) {
  shown = told;
  const part2 = document.querySelector(`template[data-word="${told.word}"]`).content.cloneNode(true);
  for (const place of part2.querySelectorAll("[data-fill]")) place.textContent = told[place.dataset.fill] ?? "";
  for (const place of part2.querySelectorAll("[data-since]")) place.textContent = since(place.dataset.since);
  for (const place of part2.querySelectorAll("[data-party]")) place.append(...numbers());
  dialog.replaceChildren(part2);
  arrange();
  dialog.dataset.shows = told.word;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-close]")?.focus();
  clearTimeout(timer2);
  if (told.word === "undone" || told.word === "in" && told.seats < 2) timer2 = setTimeout(() => dialog.close(), STAYS);
  if (told.word !== "asking") announce("told", told);
}
function arrange() {
  for (const place of dialog.querySelectorAll("[data-fill=house]")) place.textContent = house();
  for (const place of dialog.querySelectorAll("[data-when]")) place.hidden = !holds(place.dataset.when);
  const choices = [...dialog.querySelectorAll(".acts [data-does], [data-party] button")];
  dialog.toggleAttribute("data-asks", choices.some((one) => !one.closest("[hidden]")));
}
function holds(when) {
  const missing = (shown.seats ?? 1) - (shown.people ?? 0);
  const { may_add = 0, free = Infinity } = ledger.counts ?? {};
  const room = shown.isChecked && may_add >= (shown.seats || 1), seat = shown.isChecked && free >= (shown.seats || 1);
  const facts = { room, seat, "no-seat": shown.isChecked && !seat, "no-room": shown.isChecked && !room, checked: shown.isChecked, unchecked: !shown.isChecked, party: shown.seats > 1, missing: missing > 0, of: shown.of };
  return Boolean(facts[when]);
}
function since(words) {
  const { at, door, people, seats } = shown;
  const filled = words.replace("{time}", time(at)).replace("{door}", door ?? "");
  return filled.replace("{people}", people).replace("{seats}", seats).replace(/[\s,·]+$/, "");
}
function numbers() {
  return Array.from({ length: shown.seats ?? 1 }, (_, index) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button secondary", textContent: index + 1 });
    button.dataset.does = "party";
    button.dataset.people = index + 1;
    if (index + 1 === shown.people) button.setAttribute("aria-pressed", "true");
    return button;
  });
}
var WISHES = {
  undo: () => ({ undoes: shown.of }),
  seat: () => ({ id: shown.id, gives_seat: true }),
  room: () => ({ ...shown.wish, gives_seat: true, makes_room: true }),
  anyway: () => ({ ...shown.wish, anyway: true, gives_seat: shown.word === "waiting" }),
  rest: () => ({ corrects: shown.of, people: shown.seats }),
  party: (button) => ({ corrects: shown.of, people: Number(button.dataset.people) }),
  rejoin: () => ({ id: shown.id })
};
dialog.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-does]");
  const wish = WISHES[button?.dataset.does]?.(button);
  if (wish) announce("wish", wish);
  else if (shown.word !== "asking") dialog.close();
});
root.addEventListener("door:changed", () => shown && dialog.open && arrange());
dialog.addEventListener("close", () => clearTimeout(timer2));

// lunchkit/static/js/door-scan.js
var PATIENCE2 = 2500;
root.addEventListener("door:wish", ({ detail }) => act(detail).catch(() => show({ word: "lost" })));
async function act({ anyway, ...wish }) {
  await ledger.ready;
  const record = { nonce: nonce(), at: Date.now(), door: doorName(), ...wish };
  const entry = { record };
  if (wish.undoes || wish.corrects) return mend(entry);
  const presumed = judge(wish);
  const isAsked = !["off", "out", "shut"].includes(root.dataset.link) && !anyway;
  if (isAsked) {
    show({ ...presumed, word: "asking" });
    const told = await ask(entry);
    if (told) return show({ ...told, wish, isChecked: true });
  }
  const isIn = presumed.word === "in" || anyway || wish.makes_room;
  if (!isIn) {
    if (entry.order) await ledger.drop(entry);
    return show({ ...presumed, wish });
  }
  record.let_in = true;
  await (entry.order ? ledger.amend(entry) : ledger.add(entry));
  show({ ...presumed, word: "in", of: record.nonce, wish });
  round();
}
async function mend(entry) {
  const before = [...ledger.arrivals.values()].find(({ of }) => of === (entry.record.undoes ?? entry.record.corrects));
  await ledger.add(entry);
  round();
  const person2 = ledger.byId.get(before?.id) ?? {};
  const { who, seats } = person2;
  if (entry.record.undoes) show({ word: "undone", who, isChecked: true });
  else show({ ...before, who, seats, people: entry.record.people, word: "in", isChecked: root.dataset.link === "on" });
}
async function ask(entry) {
  const answer = new Promise((resolve) => entry.heard = resolve);
  await ledger.add(entry);
  round();
  return Promise.race([answer, new Promise((resolve) => setTimeout(resolve, PATIENCE2))]);
}
function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// lunchkit/static/js/door-camera.js
var box = document.querySelector("[data-camera]");
var part = (name2) => box.querySelector(`[data-${name2}]`);
var video = box.querySelector("video");
var EVERY2 = 120;
var AGAIN = 2e3;
var WIDTH = 640;
var TICKET = /\/t\/([a-z2-7]{32})$/i;
var canvas = document.createElement("canvas");
var stream;
var decode;
var timer3;
var last = { text: "", at: 0 };
var turn = 0;
async function decoder2() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (formats?.includes("qr_code")) {
    const native = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await native.detect(video))[0]?.rawValue;
  }
  await import(box.dataset.decoder);
  return async () => {
    const scale = Math.min(1, WIDTH / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return globalThis.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  };
}
async function start() {
  stop();
  box.dataset.state = "starting";
  try {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
    const choice = turn && cameras.length > 1 ? { deviceId: { exact: cameras[turn % cameras.length].deviceId } } : { facingMode: "environment" };
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...choice, width: { ideal: 1280 }, height: { ideal: 720 } } });
    video.srcObject = stream;
    await video.play();
    decode ??= await decoder2();
    box.dataset.state = "on";
    part("torch").hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
    part("turn").hidden = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length < 2;
    read2();
  } catch (error) {
    stop();
    box.dataset.state = error.name === "NotAllowedError" ? "refused" : "none";
  }
}
function stop() {
  clearTimeout(timer3);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = void 0;
}
async function read2() {
  const text = video.readyState >= 2 ? await decode().catch(() => void 0) : void 0;
  if (text) await meet(text);
  if (stream) timer3 = setTimeout(read2, EVERY2);
}
async function meet(text) {
  const now = performance.now(), isSame = text === last.text && now - last.at < AGAIN;
  last = { text, at: now };
  if (isSame) return;
  const token2 = text.match(TICKET)?.[1].toUpperCase();
  if (!token2) return show({ word: "foreign" });
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token2));
  const ticket = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  announce("wish", { ticket });
}
part("start").addEventListener("click", start);
part("turn").addEventListener("click", () => {
  turn += 1;
  start();
});
part("torch").addEventListener("click", async ({ currentTarget: button }) => {
  const isLit = button.getAttribute("aria-pressed") !== "true";
  await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: isLit }] });
  button.setAttribute("aria-pressed", isLit);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (box.dataset.state === "on") start();
});
if (navigator.mediaDevices?.getUserMedia) {
  box.dataset.state = "off";
  navigator.permissions?.query({ name: "camera" }).then(({ state: state2 }) => state2 === "granted" && start(), () => {
  });
} else box.dataset.state = "none";

// lunchkit/static/js/door-search.js
var form = document.querySelector("[data-search]");
var list = document.querySelector("[data-found]");
var input = form.querySelector("input");
var LETTERS = "ACDEFHJKLMNPQRTUVWXY3479";
var MOST = 8;
var ALL = 400;
var WORDS2 = JSON.parse(list.dataset.states);
var isWhole = false;
var fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
function codeOf({ key }) {
  const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  let number = 0n, code = "";
  for (const char of bytes.slice(0, 8)) number = number * 256n + BigInt(char.charCodeAt(0));
  for (let place = 0; place < 6; place++, number /= 24n) code += LETTERS[Number(number % 24n)];
  return code;
}
var shown2 = (one) => one.name ?? one.who;
function find(typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return isWhole ? [...ledger.people].sort((a, b) => shown2(a).localeCompare(shown2(b))) : [];
  const named = ledger.people.filter((one) => {
    const name2 = fold(`${one.name ?? ""} ${one.who}`);
    return words.every((word) => name2.includes(word));
  });
  return [.../* @__PURE__ */ new Set([...named, ...ticketsOf(typed)])];
}
function ticketsOf(typed) {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const mayBeCode = code.length === 6 && [...code].every((letter) => LETTERS.includes(letter));
  return mayBeCode ? ledger.people.filter((one) => codeOf(one) === code) : [];
}
function state(person2) {
  const { word, at, people, seats, place } = judge({ id: person2.id });
  const filled = WORDS2[word].replace("{time}", time(at)).replace("{place}", place ?? "");
  return seats > 1 ? `${filled} · ${word === "double" ? `${people}/${seats}` : `× ${seats}`}` : filled;
}
function draw() {
  const found = find(input.value), most = input.value.trim() ? MOST : ALL;
  list.replaceChildren(...found.slice(0, most).map(line));
  if (!found.length && input.value.trim()) say(ledger.hasNames ? list.dataset.none : list.dataset.noneShort);
  if (found.length > most) say(`+ ${found.length - most}`);
}
var say = (textContent) => list.append(Object.assign(document.createElement("li"), { textContent }));
function line(person2) {
  const part2 = document.querySelector("template[data-person]").content.cloneNode(true);
  const button = part2.querySelector("button");
  for (const place of part2.querySelectorAll("[data-name]")) place.textContent = shown2(person2);
  part2.querySelector("[data-state]").textContent = state(person2);
  if (judge({ id: person2.id }).word !== "in") part2.querySelector("[data-word]").textContent = button.dataset.other;
  button.addEventListener("click", () => take(person2));
  return part2;
}
function take(person2) {
  const told = judge({ id: person2.id });
  input.value = "";
  isWhole = false;
  draw();
  if (told.word === "double") show({ ...told, isChecked: true });
  else announce("wish", { id: person2.id });
}
function type() {
  const found = find(input.value), tickets = ticketsOf(input.value);
  if (found.length === 1 && tickets.length === 1) take(tickets[0]);
  else draw();
}
async function listAll() {
  await ledger.ready;
  isWhole = true;
  input.value = "";
  draw();
  list.querySelector("button")?.focus();
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
  list.querySelector("button")?.focus();
});
input.addEventListener("input", type);
root.addEventListener("door:changed", () => (input.value || isWhole) && !list.contains(document.activeElement) && draw());

// lunchkit/static/js/door-list.js
var whole = document.querySelector("[data-whole]");
whole.addEventListener("click", (event) => {
  if (root.dataset.link !== "off") return;
  event.preventDefault();
  listAll();
});
if (location.pathname === new URL(whole.href).pathname) listAll();
document.querySelector("[data-search] input").addEventListener("focus", () => root.dataset.searching = "");
root.addEventListener("door:told", () => delete root.dataset.searching);
document.querySelector("[data-start]").addEventListener("click", () => delete root.dataset.searching);

// lunchkit/static/js/door-walk-in.js
var link2 = document.querySelector("[data-walk-in]");
var form2 = document.querySelector("[data-walk-in-form]");
link2.addEventListener("click", (event) => {
  event.preventDefault();
  form2.hidden = !form2.hidden;
  link2.setAttribute("aria-expanded", !form2.hidden);
  if (!form2.hidden) form2.elements.name.focus();
});
link2.setAttribute("aria-expanded", "false");
form2.addEventListener("submit", (event) => {
  event.preventDefault();
  const name2 = form2.elements.name.value.trim(), email = form2.elements.email.value.trim();
  if (name2) announce("wish", { walk_in: { name: name2, email } });
});
root.addEventListener("door:told", ({ detail }) => {
  if (detail.word !== "in" || !detail.wish?.walk_in) return;
  form2.reset();
  form2.hidden = true;
  link2.setAttribute("aria-expanded", "false");
});

// lunchkit/static/js/door-signs.js
var all = (name2) => document.querySelectorAll(`[data-${name2}]`);
var list2 = document.querySelector("[data-conflicts]");
var soonOut = document.querySelector("[data-soon-out]");
var SOON = 36e5;
var WORDS3 = JSON.parse(list2.dataset.words);
var last2;
function draw2() {
  const link3 = root.dataset.link;
  for (const place of all("link-is")) place.hidden = place.dataset.linkIs !== link3;
  const owed = ledger.queue.length;
  for (const place of all("owed")) {
    const words = owed === 1 ? place.dataset.one : place.dataset.owed.replace("{n}", owed);
    if (place.textContent !== words) place.textContent = words;
    place.hidden = owed === 0;
  }
  if (ledger.counts) for (const place of all("count")) place.textContent = counted2()[place.dataset.count];
  for (const place of all("needs-names")) place.hidden = ledger.hasNames || !ledger.people.length;
  for (const place of places) place.textContent = house();
  const until = ledger.signedInUntil;
  soonOut.hidden = link3 !== "on" || !until || until - Date.now() > SOON;
  if (!soonOut.hidden) soonOut.querySelector("span").textContent = soonOut.dataset.soonOut.replace("{time}", time(until));
  const lines = [...ledger.conflicts.map(flagged), ...ledger.held.map(held)];
  list2.replaceChildren(...lines);
  list2.closest("section").hidden = !lines.length;
}
function counted2() {
  let present = 0;
  for (const { people } of ledger.arrivals.values()) present += people;
  for (const { record } of ledger.queue) if (record.walk_in && record.let_in) present += 1;
  return { ...ledger.counts, present };
}
function flagged(one) {
  const words = WORDS3[one.word] ?? WORDS3.cancelled;
  return line2(fill(words, one), () => settle(one));
}
function held(entry) {
  const { record, answer } = entry;
  const words = WORDS3[record.walk_in ? "full" : answer.word] ?? WORDS3.unknown;
  return line2(fill(words, { who: record.walk_in?.name ?? "", at: record.at, door: record.door, lunch: answer.lunch }), () => ledger.drop(entry));
}
function fill(words, { who, at, door, first_at, first_door, lunch }) {
  const values = { who, door, first_door, lunch, time: time(at), first_time: time(first_at) };
  return words.replace(/\{(\w+)\}/g, (_, name2) => values[name2] ?? "").replaceAll(" ()", "");
}
function line2(words, done) {
  const part2 = document.querySelector("template[data-conflict]").content.cloneNode(true);
  part2.querySelector("[data-words-here]").textContent = words;
  part2.querySelector("button").addEventListener("click", done, { once: true });
  return part2;
}
async function settle({ scan }) {
  const body = new URLSearchParams({ csrf_token: csrfToken() });
  await fetch(root.dataset.settle.replace("/0/", `/${scan}/`), { method: "POST", body, redirect: "manual" }).catch(() => {
  });
  round();
}
root.addEventListener("door:changed", draw2);
root.addEventListener("door:told", ({ detail }) => {
  if (!["in", "undone"].includes(detail.word)) return;
  last2 = detail.word === "in" && detail.of ? detail : void 0;
  const place = document.querySelector("[data-last]");
  place.hidden = !last2;
  place.querySelector("[data-who]").textContent = last2?.who ?? "";
});
document.querySelector("[data-last] button").addEventListener("click", () => announce("wish", { undoes: last2.of }));
