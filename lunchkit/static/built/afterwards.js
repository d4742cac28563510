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

// lunchkit/static/js/feedback.js
var STORE = "lunchkit-feedback";
var LONGEST = 15;
var PATIENCE2 = 12e3;
var form = () => document.querySelector("[data-feedback]");
var seen = /* @__PURE__ */ new WeakSet();
var touched = {};
var unsent = {};
var turn = 0;
var isBusy = false;
var isDirty = false;
function touch(name, value) {
  touched[name] = unsent[name] = value;
}
function keep() {
  try {
    const kept = isBusy || isDirty ? JSON.stringify([form().action, unsent]) : "";
    sessionStorage.setItem(STORE, kept);
  } catch {
  }
}
function recall() {
  try {
    const [action, kept] = JSON.parse(sessionStorage.getItem(STORE));
    return action === form().action ? kept : {};
  } catch {
    return {};
  }
}
function count(least) {
  turn = Math.max(turn + 1, least);
  try {
    const name = `${STORE} ${form()?.action}`;
    turn = Math.max(turn, Number(localStorage.getItem(name)) + 1);
    localStorage.setItem(name, turn);
  } catch {
  }
  return turn;
}
function isUnsent(place) {
  const text = place?.elements.better;
  return text && text.value !== (touched.better ?? text.defaultValue);
}
function say(state, text) {
  const place = form();
  if (state === "saved" && isUnsent(place)) state = "changed";
  if (place) place.dataset.sent = state;
  const line = place?.querySelector("[role=status]") ?? document.querySelector("[data-note]");
  line.textContent = text ?? place?.dataset[state] ?? "";
}
async function post(action, fields) {
  let said;
  try {
    const signal = AbortSignal.timeout?.(PATIENCE2);
    const headers = { Accept: "application/json" };
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(fields), headers, signal, keepalive: true });
    said = await answer.json();
    if (answer.status < 300 && said.rev !== void 0) return ["saved"];
    if (answer.status < 300 || [408, 429].includes(answer.status) || answer.status >= 500) return ["later"];
  } catch {
    return ["later"];
  }
  return ["refused", said.error];
}
async function send(action) {
  isDirty = true;
  if (isBusy) return keep();
  isBusy = true;
  for (let tries = 0; isDirty; ) {
    isDirty = false;
    keep();
    say(tries ? "retrying" : "sending");
    const [state, text] = await post(action, { ...unsent, turn: count(Number(form()?.dataset.turn ?? 1)) });
    if (state !== "later") tries = 0;
    if (state === "saved" && !isDirty) unsent = {};
    if (state !== "later" && !isDirty) say(state, text);
    if (state !== "later") continue;
    isDirty = true;
    say("retrying");
    await new Promise((go) => setTimeout(go, 1e3 * Math.min(LONGEST, 2 ** Math.min(tries++, 4)) * (0.5 + Math.random() / 2)));
  }
  isBusy = false;
  keep();
}
function restore() {
  const place = form();
  if (!place || seen.has(place)) return;
  seen.add(place);
  for (const field of place.elements) {
    if (!(field.name in touched)) continue;
    if (field.type === "radio") field.checked = field.value === touched[field.name];
    else field.value = touched[field.name];
  }
}
document.addEventListener("change", ({ target }) => {
  if (target.type !== "radio" || target.form !== form() || !target.form) return;
  touch(target.name, target.value);
  send(target.form.action);
});
document.addEventListener("input", ({ target }) => {
  if (target.id === "better" && target.form === form() && !isBusy) say("changed");
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-feedback]")) return;
  event.preventDefault();
  touch("better", event.target.elements.better.value);
  send(event.target.action);
});
document.addEventListener("lunchkit:swapped", () => {
  if (!form() && document.querySelector("[data-afterwards] :is([data-ballot], [data-questions])")) location.reload();
  restore();
});
if (form()) {
  for (const { checked, defaultChecked, name, value } of form().elements)
    if (checked && !defaultChecked) touched[name] = value;
  touched = { ...recall(), ...touched };
  unsent = { ...touched };
  restore();
  if (Object.keys(touched).length) send(form().action);
}
