// Shows what the server shows: a stream of whole states; where none comes through, asks every few seconds.
// <div data-stream="…" data-state="…" data-key data-revision>: its content is swapped when the key changes.
// Inside, what carries data-keep stays as it is if the new content has the same;
// data-fill names the <template> that comes in its place. Events on the root: lunchkit:message
// (detail: the message) and lunchkit:swapped. data-link says 'on' or 'lost'.
const root = document.querySelector("[data-stream]");
const SILENCE = 35_000,
  PATIENCE = 4_000,
  EVERY = 3_000,
  QUIET = 10_000;
let source,
  watch,
  asking,
  loss,
  etag,
  spoken = -QUIET,
  speaking;

function connect() {
  source?.close();
  clearTimeout(watch);
  if (document.hidden) return;
  const address = new URL(root.dataset.stream, location);
  address.searchParams.set("seen", root.dataset.revision); // the server need not send what is there already
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

// The stream speaks: no need to ask.
function alive() {
  for (const timer of [watch, asking]) clearTimeout(timer);
  asking = undefined;
  watch = setTimeout(silent, SILENCE);
  link("on");
}

// The browser comes back by itself, but not after an answer that is no stream.
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
  asking = loss = undefined;
}

// No heartbeat: something between us swallows the stream. Ask instead, and try the stream again now and then.
function silent() {
  ask();
  watch = setTimeout(connect, SILENCE * (1 + Math.random()));
}

async function ask() {
  clearTimeout(asking);
  asking = setTimeout(ask, EVERY * (0.7 + 0.6 * Math.random()));
  try {
    const answer = await fetch(root.dataset.state, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
    });
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    link("on");
    if (answer.status === 304 || asking === undefined) return; // the stream is back, and newer
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
  if (state === "on") loss = undefined; // lost is said once
  root.dataset.link = state;
  for (const line of document.querySelectorAll("[data-lost]")) line.hidden = state === "on";
}

function take(message) {
  root.dataset.revision = message.rev;
  root.dispatchEvent(new CustomEvent("lunchkit:message", { detail: message, bubbles: true }));
  if (message.key !== root.dataset.key && message.html !== undefined) swap(message);
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

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : connect()));
addEventListener("pageshow", (event) => event.persisted && connect());
addEventListener("online", connect);
addEventListener("offline", missing);
if (root) connect();
