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
  const address = new URL(root.dataset.stream, location);
  address.searchParams.set("seen", root.dataset.revision);
  source = new EventSource(address);
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

// lunchkit/static/js/answering.js
var ballots = document.querySelector("[data-stream]");
function limit(form) {
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  const full = boxes.filter((box) => box.checked).length >= Number(form.dataset.most);
  for (const box of boxes) box.disabled = full && !box.checked;
  return full;
}
function tell(form, isFull) {
  const { sent } = form.closest("[data-ballot]").dataset;
  if (!form.dataset.full || !["changed", void 0].includes(sent)) return;
  const parts = [isFull && form.dataset.full, sent && ballots.dataset.changed];
  form.querySelector("[role=status]").textContent = parts.filter(Boolean).join(" ");
}
function count(text) {
  const line = text.closest(".ballot")?.querySelector("[data-left]");
  if (line) line.textContent = `${line.dataset.left} ${text.maxLength - text.value.length}`;
}
function arrow(row, word, step) {
  const label = `${word} ${row.querySelector("label").textContent}`;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: step < 0 ? "↑" : "↓" });
  button.setAttribute("aria-label", label);
  button.dataset.step = step;
  button.addEventListener("click", () => move(row, step, button));
  return button;
}
function rank(list) {
  [...list.children].forEach((row, place) => {
    row.querySelector("select").value = place + 1;
  });
}
function move(row, step, button) {
  const list = row.parentElement;
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  rank(list);
  button.focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
  const place = [...list.children].indexOf(row) + 1;
  const region = document.querySelector("[data-announce]");
  const words2 = { choice: row.querySelector("label").textContent, place };
  region.textContent = list.dataset.moved.replace(/\[(choice|place)\]/g, (_, name) => words2[name]);
}
function order(list) {
  const given = (row) => Number(row.querySelector("select").value) || Infinity;
  const rows = [...list.children].sort((one, other) => given(one) - given(other) || 0);
  list.append(...rows);
  for (const row of rows) {
    if (row.querySelector("button")) continue;
    row.querySelector("select").hidden = true;
    row.append(arrow(row, list.dataset.up, -1), arrow(row, list.dataset.down, 1));
  }
  rank(list);
}
function help() {
  for (const form of ballots.querySelectorAll("form[data-most]")) limit(form);
  for (const text of ballots.querySelectorAll(".ballot textarea")) count(text);
  for (const list of ballots.querySelectorAll("[data-ranking]")) order(list);
}
ballots?.addEventListener("input", ({ target }) => {
  if (target.matches(".ballot textarea")) count(target);
});
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-most]");
  if (form) tell(form, limit(form));
});
ballots?.addEventListener("lunchkit:filled", help);
ballots?.addEventListener("lunchkit:swapped", help);
if (ballots) help();

// lunchkit/static/js/ballot.js
var STORE = "lunchkit-ballot";
var LONGEST = 15;
var PATIENCE2 = 12e3;
var DWELL = 900;
var page = document.querySelector("[data-stream]");
var note = document.querySelector("[data-note]");
var ballot = recall();
var shown;
var busy;
var again;
var tapped;
var isTyping;
var known = /* @__PURE__ */ new WeakSet();
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return null;
  }
}
function keep() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(ballot));
  } catch {
  }
}
function count2(key, least) {
  let turn = least;
  try {
    const last = JSON.parse(localStorage.getItem(STORE));
    if (last?.key === key) turn = Math.max(least, last.turn + 1);
    localStorage.setItem(STORE, JSON.stringify({ key, turn }));
  } catch {
  }
  return turn;
}
var home = (key) => page.querySelector(`[data-ballot="${CSS.escape(key)}"]`);
var pressed = (place) => place.querySelector("[aria-pressed=true]");
function cast(form, submitter) {
  const place = form.closest("[data-ballot]");
  const data = new FormData(form);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  const least = Number(data.get("turn"));
  data.delete("turn");
  const answer = new URLSearchParams(data).toString();
  if (submitter?.name && submitter === pressed(place) && place.dataset.sent === "saved") return;
  const isNew = ballot?.answer !== answer || ballot.key !== place.dataset.ballot;
  const turn = isNew ? count2(place.dataset.ballot, least) : ballot.turn;
  if (isNew) ballot = { key: place.dataset.ballot, turn, url: form.action, answer, tries: 0 };
  keep();
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) input.value = turn + 1;
  if (submitter?.value === "0") fill(place, new URLSearchParams(answer));
  send();
}
async function send() {
  clearTimeout(again);
  busy?.abort();
  const sent = ballot;
  const mine2 = busy = new AbortController();
  const limit2 = setTimeout(() => mine2.abort(), PATIENCE2);
  say(sent.tries ? "retrying" : "sending", sent.why);
  let status = 0, text = "";
  try {
    const body = new URLSearchParams(sent.answer);
    body.set("turn", sent.turn);
    const headers = { Accept: "application/json" };
    const answer = await fetch(sent.url, { method: "POST", body, headers, signal: mine2.signal, keepalive: true });
    status = answer.status;
    if (!answer.ok) text = (await answer.json()).error;
  } catch {
  }
  clearTimeout(limit2);
  if (busy !== mine2) return;
  if (status === 0 || status === 408 || status === 429 || status >= 500) return wait(status === 429 ? text : "");
  if (status === 409 && sent.tries) text = "";
  say(status < 300 ? "saved" : status === 409 ? "late" : "refused", text);
  ballot = { key: sent.key, turn: sent.turn };
  keep();
}
function wait(why) {
  ballot.why = why;
  const pause = Math.min(LONGEST, 2 ** Math.min(ballot.tries++, 4)) * (0.5 + Math.random() / 2);
  keep();
  say("retrying", why);
  again = setTimeout(send, 1e3 * pause);
}
function hurry() {
  if (ballot?.answer && !document.hidden) send();
}
function say(state, text) {
  const choice = ["late", "refused"].includes(state) ? null : new URLSearchParams(ballot.answer).get("choice");
  const moves = choice !== shown?.choice && document.startViewTransition && !document.hidden;
  shown = { key: ballot.key, choice, state, text: text || page.dataset[state] };
  if (moves && !matchMedia("(prefers-reduced-motion: reduce)").matches)
    document.startViewTransition(show).ready.catch(() => {
    });
  else show();
}
function show() {
  const place = home(shown.key);
  note.textContent = place ? "" : shown.text;
  if (!place) return;
  place.querySelector("[role=status]").textContent = shown.text;
  place.dataset.sent = shown.state;
  for (const button of place.querySelectorAll("button[name=choice]"))
    button.setAttribute("aria-pressed", button.value === shown.choice);
  for (const fields of place.querySelectorAll(".taps")) {
    for (const input of fields.querySelectorAll("input")) input.checked = input.value === shown.choice;
    fields.toggleAttribute("data-chosen", fields.querySelector(":checked") !== null);
  }
  place.querySelector("small")?.remove();
  const field = shown.state === "saved" && place.querySelector(".fields.taps :checked");
  if (field) field.after(Object.assign(document.createElement("small"), { textContent: page.dataset.voice }));
}
function fill(place, answer) {
  const seen = {};
  for (const field of place.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (answer.get("choice") === "0" && field.matches("textarea, [name=word]")) continue;
    const given = answer.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else field.value = given[seen[field.name] = (seen[field.name] ?? -1) + 1] ?? "";
  }
  place.dispatchEvent(new Event("lunchkit:filled", { bubbles: true }));
}
function carry() {
  if (ballot?.answer || !shown || home(shown.key)) return;
  const lasts = ["late", "refused"].includes(shown.state) && !page.querySelector("[data-ballot]");
  note.textContent = lasts ? shown.text : "";
  if (!lasts) shown = void 0;
}
function restore() {
  carry();
  const place = ballot && home(ballot.key);
  if (!place || known.has(place)) return;
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) {
    if (Number(input.value) > ballot.turn) return ballot = null;
    input.value = ballot.turn + 1;
  }
  if (ballot.answer) fill(place, new URLSearchParams(ballot.answer));
  if (ballot.answer && shown) show();
}
function tap(input) {
  clearTimeout(tapped);
  const go = () => input.isConnected && input.checked && cast(input.form);
  if (isTyping) tapped = setTimeout(go, DWELL);
  else go();
}
function change({ target }) {
  if (target.closest(".taps")) return tap(target);
  const place = target.closest("[data-sent=saved], [data-sent=missing]");
  if (!place || !target.closest(".ballot")) return;
  place.dataset.sent = "changed";
  place.querySelector("[role=status]").textContent = page.dataset.changed;
}
function lacks(form) {
  const { missing: missing2 } = form.dataset;
  const own = (name) => !["poll", "turn"].includes(name);
  if (!missing2 || [...new FormData(form)].some(([name, value]) => own(name) && value.trim())) return false;
  const place = form.closest("[data-ballot]");
  place.dataset.sent = "missing";
  place.querySelector("[role=status]").textContent = missing2;
  form.querySelector("input:not([type=hidden]), textarea")?.focus();
  return true;
}
page?.addEventListener("submit", (event) => {
  const form = event.target.closest("form.ballot");
  if (!form || event.submitter === void 0) return;
  event.preventDefault();
  clearTimeout(tapped);
  if (!lacks(form)) cast(form, event.submitter);
});
page?.addEventListener("input", change);
page?.addEventListener("keydown", () => isTyping = true);
page?.addEventListener("pointerdown", () => isTyping = false);
page?.addEventListener("lunchkit:swapped", restore);
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
if (page) restore();
hurry();

// lunchkit/static/js/support.js
var DRAFT = "lunchkit-question";
var LONGEST2 = 15e3;
var mine = /* @__PURE__ */ new Set();
var words = () => document.querySelector("[data-questions]")?.dataset ?? {};
var randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
async function post(url, fields, place) {
  for (let pause = 1e3; ; pause = Math.min(LONGEST2, pause * 2)) {
    let status = 0, told = words().offline;
    try {
      const body = new URLSearchParams(fields);
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok && said.rev === void 0) throw new Error("the page of a hotspot, and no answer of ours");
      told = answer.ok ? "" : said.error ?? words().failed;
      ({ status } = answer);
    } catch {
    }
    tell2(place, told);
    if (status && status < 500) return status;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}
function tell2(place, text) {
  const line = document.querySelector(`${place} [data-told]`);
  if (line) line.textContent = text;
}
function press(button, isOn) {
  button.setAttribute("aria-pressed", isOn);
  button.value = isOn ? "0" : "1";
}
async function support(button) {
  const { id } = button.parentElement, on = button.value;
  button.setAttribute("aria-busy", "true");
  if (await post(button.formAction, { on }, "[data-supports]") === 200) on === "1" ? mine.add(id) : mine.delete(id);
  const now = document.getElementById(id)?.firstElementChild;
  now?.removeAttribute("aria-busy");
  if (now) press(now, mine.has(id));
}
async function ask2(form) {
  const { key, text, off_record: off } = form.elements;
  keep2(form);
  text.readOnly = true;
  tell2("[data-ask]", words().sending);
  const fields = { key: key.value, text: text.value, ...off.checked && { off_record: 1 } };
  if (await post(form.action, fields, "[data-ask]") === 200) {
    empty(form);
    tell2("[data-ask]", words().asked);
  }
  text.readOnly = false;
}
function keep2({ elements: { key, text, off_record: off } }) {
  key.value ||= randomKey();
  sessionStorage.setItem(DRAFT, JSON.stringify([key.value, text.value, off.checked]));
}
function empty({ elements: { key, text, off_record: off } }) {
  [key.value, text.value, off.checked] = [randomKey(), "", false];
  sessionStorage.removeItem(DRAFT);
}
function restore2() {
  for (const button of document.querySelectorAll("[data-supports] button")) press(button, mine.has(button.parentElement.id));
  const form = document.querySelector("[data-ask]"), draft = sessionStorage.getItem(DRAFT);
  if (!form || !draft || form.elements.text.value) return;
  const { key, text, off_record: off } = form.elements;
  [key.value, text.value, off.checked] = JSON.parse(draft);
}
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (!form.matches("[data-ask], [data-supports]")) return;
  event.preventDefault();
  if (form.matches("[data-ask]")) return form.elements.text.readOnly || ask2(form);
  if (button && !button.hasAttribute("aria-busy")) support(button);
});
document.addEventListener("input", ({ target }) => target.form?.matches("[data-ask]") && keep2(target.form));
document.addEventListener("lunchkit:swapped", restore2);
for (const row of document.querySelectorAll("[data-supports] [aria-pressed=true]")) mine.add(row.parentElement.id);
restore2();
