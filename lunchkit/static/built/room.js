// lunchkit/static/js/watch-room.js
var room = document.querySelector("[data-stream]");
var told = document.querySelector("[data-told]");
var PAUSE = 1500;
var due;
var asked = -PAUSE;
var turn = 0;
var isSent = false;
room.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSent) return;
  isSent = true;
  try {
    told.textContent = await send(event.target, event.submitter);
  } catch {
    told.textContent = told.dataset.silent;
  }
  await refresh();
  isSent = false;
});
async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const headers = { Accept: "application/json" }, signal = AbortSignal.timeout(1e4);
  const answer = await fetch(url, { method: "POST", body, headers, signal });
  if (answer.redirected || answer.status === 401) location.reload();
  const { error = "", state } = await answer.json();
  const asks = state === "few" && room.querySelector("[data-ask]");
  if (asks) location.assign(asks.dataset.ask);
  return error;
}
room.addEventListener("lunchkit:message", ({ detail }) => {
  if (detail.ballots !== null) for (const place of room.querySelectorAll("[data-ballots]")) place.textContent = detail.ballots;
  for (const why of room.querySelectorAll("[data-few]")) why.hidden = detail.ballots >= why.dataset.few;
  const known = room.dataset.key;
  room.dataset.key = detail.key;
  const isNew = detail.key !== known, written = room.querySelector("[data-written]")?.dataset.written;
  const isMore = written !== void 0 && detail.ballots !== null && Number(written) !== detail.ballots;
  if (!known || !(isNew || isMore)) return;
  due ??= setTimeout(refresh, Math.max(0, asked + (isNew ? PAUSE : 2 * PAUSE) - performance.now()));
});
async function refresh() {
  const mine = ++turn;
  asked = performance.now();
  clearTimeout(due);
  due = void 0;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && mine === turn) show(page.querySelector("[data-stream]"));
  } catch {
  }
}
var groups = () => [...room.querySelectorAll(".keys, .next")];
var doors = (part) => [...part?.querySelectorAll("a, button, summary") ?? []];
function show(fresh) {
  history.replaceState(null, "", location.pathname);
  if (!fresh || words(fresh) === words(room)) return;
  const held = room.contains(document.activeElement) ? document.activeElement : void 0;
  const like = held?.outerHTML, group = groups().indexOf(held?.closest(".keys, .next"));
  const place = room.firstElementChild.scrollTop, isOpen = room.querySelector("details")?.open;
  room.replaceChildren(...fresh.childNodes);
  room.firstElementChild.scrollTop = place;
  if (isOpen && room.querySelector("details")) room.querySelector("details").open = true;
  const next = doors(room).find((one) => one.outerHTML === like) ?? doors(groups()[group])[0] ?? room;
  if (held) next.focus({ preventScroll: true });
}
function words(part) {
  return part.textContent.replace(/\s+/g, " ");
}

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
  for (const line2 of document.querySelectorAll("[data-lost]")) line2.hidden = state === "on";
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

// lunchkit/static/js/warn-unsaved.js
var TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])";
var words2 = document.querySelector("script[data-warn-unsaved]")?.dataset;
var isTypedInto = (form) => !("autosave" in form.dataset) && form.querySelector(TYPED);
var all = words2 ? [...document.querySelectorAll("main form[method=post]")].filter(isTypedInto) : [];
var forms = [.../* @__PURE__ */ new Set([...all, ...document.querySelectorAll("form[data-warn-unsaved]")])];
var isRefused = all.length === 1 && document.querySelector("main .notice[role=alert]") !== null;
var line = Object.assign(document.createElement("p"), { className: "error unsaved", role: "alert" });
var asked2;
var leaves = false;
function differs(field) {
  if (field.type === "hidden" || !("defaultValue" in field)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}
var cameBack = (form) => "typed" in form.dataset || all.includes(form) && (isRefused || form.querySelector("[aria-invalid=true]"));
var isUnsaved = (form) => cameBack(form) || [...form.elements].some(differs);
var said = (form, name) => form.dataset[name] ?? words2[name];
function stop(event, sentence) {
  event.preventDefault();
  line.textContent = sentence;
  if (event.submitter) event.submitter.before(line);
  else event.target.append(line);
}
document.addEventListener("submit", (event) => {
  const form = event.target, other = forms.find((one) => one !== form && isUnsaved(one));
  line.remove();
  if (event.defaultPrevented) return;
  if (forms.includes(form) && !navigator.onLine) return stop(event, said(form, "offline"));
  if (other && asked2 !== form) {
    asked2 = form;
    return stop(event, said(other, "warnUnsaved"));
  }
  leaves = !event.submitter?.formTarget;
});
document.addEventListener("click", ({ target }) => leaves = target.closest("a[data-discards]") !== null);
document.addEventListener("input", () => {
  asked2 = void 0;
  leaves = false;
  line.remove();
});
addEventListener("online", () => line.remove());
addEventListener("pageshow", () => leaves = false);
addEventListener("beforeunload", (event) => {
  if (!leaves && forms.some(isUnsaved)) event.preventDefault();
});
