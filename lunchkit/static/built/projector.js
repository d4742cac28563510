var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// lunchkit/static/js/keep-awake.js
var require_keep_awake = __commonJS({
  "lunchkit/static/js/keep-awake.js"() {
    async function stayAwake() {
      if (document.visibilityState !== "visible" || !document.querySelector("[data-keep-awake]")) return;
      try {
        await navigator.wakeLock?.request("screen");
      } catch {
      }
    }
    document.addEventListener("visibilitychange", stayAwake);
    stayAwake();
  }
});

// lunchkit/static/js/presenter-keys.js
var presenter_keys_exports = {};
__export(presenter_keys_exports, {
  press: () => press,
  show: () => show
});
function tell(text) {
  told.textContent = text;
  told.hidden = false;
  clearTimeout(toldUntil);
  toldUntil = setTimeout(() => told.hidden = true, 6e3);
}
async function send(act2, fields = {}) {
  if (busyWith === act2) return;
  busyWith = act2;
  let askAgain = false;
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(bar.dataset[act2], { method: "POST", headers, body, signal: AbortSignal.timeout(1e4) });
    const { error, state } = await answer.json().catch(() => ({ error: bar.dataset.refused }));
    if (state === "few") askAgain = true;
    else if (error) tell(error);
    else told.hidden = true;
  } catch {
    tell(bar.dataset.noAnswer);
  } finally {
    busyWith = "";
  }
  if (askAgain && await ask2("few") === "yes") send(act2, { ...fields, few: 1 });
}
function ask2(name) {
  const dialog = document.getElementById(name);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.key === " " && event.target.closest?.("button, a, input")) return;
  if (/^[^ ]$/.test(event.key) && !letters.checked) return;
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  act(name);
}
function allow() {
  const may = document.querySelector("[data-may]")?.dataset.may.split(" ") ?? [];
  for (const verb of bar.querySelectorAll("[data-verb]")) verb.hidden = !may.includes(verb.dataset.do);
  if (!may.includes("closing")) document.getElementById("few").close();
}
function show() {
  document.body.classList.add("used");
  clearTimeout(shownUntil);
  shownUntil = setTimeout(() => document.body.classList.remove("used"), 3e3);
}
var KEYS, bar, told, letters, token, busyWith, toldUntil, shownUntil, ACTS, act;
var init_presenter_keys = __esm({
  "lunchkit/static/js/presenter-keys.js"() {
    KEYS = {
      " ": "step",
      ArrowRight: "step",
      PageDown: "step",
      n: "step",
      o: "opening",
      c: "closing",
      r: "reveal",
      m: "hiding",
      v: "annulment",
      b: "blank",
      ".": "blank",
      t: "timer",
      f: "full",
      "?": "help"
    };
    bar = document.querySelector(".bar");
    told = document.querySelector("[data-told]");
    letters = document.querySelector("[data-letters]");
    token = document.querySelector("meta[name=csrf-token]").content;
    busyWith = "";
    ACTS = {
      help: () => ask2("help"),
      full: () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
      async annulment() {
        if (await ask2("annulment") === "yes") send("annulment");
      },
      async timer() {
        const minutes = await ask2("timer");
        if (minutes !== "") send("timer", { minutes });
      }
    };
    act = (name) => (ACTS[name] ?? (() => send(name)))();
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button) return;
      if (event.detail) button.blur();
      act(button.dataset.do);
    });
    letters.checked = localStorage.getItem("letters") !== "off";
    letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
    document.querySelector("[data-stream]").addEventListener("lunchkit:swapped", allow);
    allow();
    document.body.classList.add("steered");
    addEventListener("keydown", press);
    addEventListener("pointermove", show);
  }
});

// lunchkit/static/js/live.js
var root = document.querySelector("[data-stream]");
var SILENCE = 35e3;
var PATIENCE = 4e3;
var EVERY = 3e3;
var QUIET = 1e4;
var source;
var watch;
var asking;
var loss;
var etag;
var spoken = -QUIET;
var speaking;
function connect() {
  source?.close();
  clearTimeout(watch);
  if (document.hidden) return;
  const address2 = new URL(root.dataset.stream, location);
  address2.searchParams.set("seen", root.dataset.revision);
  source = new EventSource(address2);
  source.onopen = () => link("on");
  source.onmessage = (event) => {
    alive();
    take(JSON.parse(event.data));
  };
  source.addEventListener("hb", alive);
  source.onerror = stumble;
  watch = setTimeout(silent, SILENCE);
}
function alive() {
  for (const timer of [watch, asking]) clearTimeout(timer);
  asking = void 0;
  watch = setTimeout(silent, SILENCE);
  link("on");
}
function stumble() {
  missing();
  asking ??= setTimeout(ask, EVERY * (0.5 + Math.random()));
  if (source.readyState !== EventSource.CLOSED) return;
  clearTimeout(watch);
  watch = setTimeout(connect, EVERY * (1 + 2 * Math.random()));
}
function rest() {
  source?.close();
  for (const timer of [watch, asking, loss]) clearTimeout(timer);
  asking = loss = void 0;
}
function silent() {
  ask();
  watch = setTimeout(connect, SILENCE * (1 + Math.random()));
}
async function ask() {
  clearTimeout(asking);
  asking = setTimeout(ask, EVERY * (0.7 + 0.6 * Math.random()));
  try {
    const answer = await fetch(root.dataset.state, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    link("on");
    if (answer.status === 304 || asking === void 0) return;
    etag = answer.headers.get("ETag");
    take(await answer.json());
  } catch {
    missing();
  }
}
function missing() {
  loss ??= setTimeout(link, PATIENCE, "lost");
}
function link(state) {
  clearTimeout(loss);
  if (state === "on") loss = void 0;
  root.dataset.link = state;
  for (const line of document.querySelectorAll("[data-lost]")) line.hidden = state === "on";
}
function take(message) {
  root.dataset.revision = message.rev;
  root.dispatchEvent(new CustomEvent("lunchkit:message", { detail: message, bubbles: true }));
  if (message.key !== root.dataset.key && message.html !== void 0) swap(message);
}
function swap({ key, html }) {
  const next = document.createRange().createContextualFragment(html);
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  for (const kept of root.querySelectorAll("[data-keep]"))
    next.querySelector(`[data-keep="${CSS.escape(kept.dataset.keep)}"]`)?.replaceWith(kept);
  for (const place of next.querySelectorAll("[data-fill]"))
    place.replaceWith(document.getElementById(place.dataset.fill).content.cloneNode(true));
  root.replaceChildren(next);
  root.dataset.key = key;
  if (focused) (focused.isConnected ? focused : root).focus({ preventScroll: focused.isConnected });
  root.dispatchEvent(new CustomEvent("lunchkit:swapped", { bubbles: true }));
  clearTimeout(speaking);
  speaking = setTimeout(speak, Math.max(0, spoken + QUIET - performance.now()));
}
function speak() {
  const heading = root.querySelector("[data-say], h1, h2");
  const region = document.querySelector("[data-announce]");
  if (!heading || !region) return;
  region.textContent = heading.dataset.say ?? heading.textContent;
  spoken = performance.now();
}
document.addEventListener("visibilitychange", () => document.hidden ? rest() : connect());
addEventListener("pageshow", (event) => event.persisted && connect());
addEventListener("online", connect);
addEventListener("offline", missing);
if (root) connect();

// lunchkit/static/js/screen.js
var root2 = document.querySelector("[data-stream]");
var ahead = Number(root2.dataset.now) - Date.now();
var plural = new Intl.PluralRules(document.documentElement.lang);
var SIZES = [190, 150, 124, 100, 84, 68, 60, 46, 40, 34].map((size) => `s${size}`);
var KEPT = 30;
var standing = () => JSON.stringify(root2.querySelector(".slide")?.dataset ?? {});
var before = standing();
function discs(count2, columns) {
  let path = "";
  for (let first = 0, y = 5; first < count2; first += columns, y += 10)
    path += `M5 ${y}h${(Math.min(columns, count2 - first) - 1) * 10}.01`;
  return path;
}
function draw(picture, ballots) {
  const { seated, unit, aspect } = picture.dataset;
  const all = Math.ceil(Math.max(ballots, seated) / unit);
  const rows = Math.max(1, Math.floor(Math.sqrt(all / aspect) + 0.2));
  const columns = Math.max(1, Math.ceil(all / rows));
  picture.setAttribute("viewBox", `0 0 ${columns * 10} ${rows * 10}`);
  const counts = [all, all, Math.floor(ballots / unit)];
  for (const [at, count2] of counts.entries()) picture.children[at].setAttribute("d", discs(count2, columns));
}
function count(ballots) {
  for (const place of root2.querySelectorAll("[data-ballots]")) {
    const words = place.nextElementSibling;
    place.textContent = ballots;
    words.textContent = words.dataset[plural.select(ballots)] ?? words.dataset.other;
  }
  for (const picture of root2.querySelectorAll("[data-discs]")) draw(picture, ballots);
}
function takeAway(clock) {
  const row = clock.closest("[data-timed]");
  if (row) row.closest(".slide").classList.remove("timed");
  (row ?? clock).remove();
}
function tick() {
  for (const clock of root2.querySelectorAll("[data-ends-at]")) {
    const rest2 = Math.ceil((clock.dataset.endsAt - Date.now() - ahead) / 1e3);
    if (rest2 <= -KEPT) {
      takeAway(clock);
      continue;
    }
    const left = Math.max(0, rest2);
    const digits = [Math.floor(left / 60), left % 60].map((part) => String(part).padStart(2, "0")).join(":");
    const text = left ? digits : clock.dataset.over;
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("over", left === 0);
  }
}
var runsOver = (part, spare) => part.scrollHeight > part.clientHeight + spare || part.scrollWidth > part.clientWidth + spare;
var isTight = (text) => {
  const spare = Math.max(2, 0.03 * parseFloat(getComputedStyle(text).fontSize));
  return [text, ...text.querySelectorAll("li, li span")].some((part) => runsOver(part, spare));
};
var join = document.querySelector(".join");
var address = join.querySelector(".address");
var code = join.querySelector(".code");
var isBroad = (text) => text.scrollWidth > text.clientWidth;
var isHigh = () => join.scrollHeight > join.clientHeight + 0.1 * parseFloat(getComputedStyle(address).fontSize);
function squeeze(text, isTooMuch) {
  text.style = "";
  for (let share = 0.97; share > 0.45 && isTooMuch(text); share -= 0.03) text.style.setProperty("--f", share);
}
function fitJoin() {
  squeeze(code, isBroad);
  squeeze(address, (text) => isBroad(text) || isHigh());
  if (isBroad(address)) address.style.overflowWrap = "anywhere";
}
function fit() {
  fitJoin();
  for (const label of root2.querySelectorAll(".label")) if (runsOver(label.querySelector("span"), 2)) label.classList.add("long");
  for (const text of root2.querySelectorAll("[data-fit]")) {
    let at = SIZES.findIndex((size) => text.classList.contains(size));
    for (; at < SIZES.length - 1 && isTight(text); at++) text.classList.replace(SIZES[at], SIZES[at + 1]);
  }
}
var waiting = new AbortController();
async function later(event) {
  waiting.abort();
  Promise.resolve().then(() => __toESM(require_keep_awake()));
  if (!document.querySelector(".bar")) return;
  const { press: press2, show: show2 } = await Promise.resolve().then(() => (init_presenter_keys(), presenter_keys_exports));
  if (event?.type === "keydown") press2(event);
  else if (event) show2();
}
for (const type of ["keydown", "pointermove", "focusin"]) addEventListener(type, later, { signal: waiting.signal });
setTimeout(() => waiting.signal.aborted || later(), 4e3);
root2.addEventListener("lunchkit:message", ({ detail }) => count(detail.ballots ?? 0));
root2.addEventListener("lunchkit:swapped", () => {
  const now = standing();
  const isNew = now !== before && now.includes('"revealed"');
  root2.querySelector(".slide")?.classList.toggle("moment", isNew);
  before = now;
  tick();
  fit();
});
addEventListener("resize", fit);
setInterval(tick, 250);
tick();
fit();
