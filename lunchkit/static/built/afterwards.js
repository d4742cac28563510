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
function count(key, least) {
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
  const turn = isNew ? count(place.dataset.ballot, least) : ballot.turn;
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
  const mine = busy = new AbortController();
  const limit = setTimeout(() => mine.abort(), PATIENCE2);
  say(sent.tries ? "retrying" : "sending", sent.why);
  let status = 0, text = "";
  try {
    const body = new URLSearchParams(sent.answer);
    body.set("turn", sent.turn);
    const headers = { Accept: "application/json" };
    const answer = await fetch(sent.url, { method: "POST", body, headers, signal: mine.signal, keepalive: true });
    status = answer.status;
    if (!answer.ok) text = (await answer.json()).error;
  } catch {
  }
  clearTimeout(limit);
  if (busy !== mine) return;
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
