// Shows what the server shows: a stream of whole states. Where none comes through, the page asks every few seconds.
// <div data-stream="…" data-state="…" data-key data-revision>
import { found, missing, stopWaiting } from "./live-link.js";
import { take } from "./live-swap.js";

const root = document.querySelector("[data-stream]");
const SILENCE = 35_000,
  EVERY = 3_000;
let source, watch, asking, etag;

function connect() {
  source?.close();
  clearTimeout(watch);
  if (document.hidden) return;
  const address = new URL(root.dataset.stream, location);
  address.searchParams.set("seen", root.dataset.revision); // the server does not send this state again
  source = new EventSource(address);
  source.onopen = found;
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
  stopTimers();
  watch = setTimeout(silent, SILENCE);
  found();
}

function stopTimers() {
  for (const timer of [watch, asking]) clearTimeout(timer);
  asking = undefined;
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
  stopTimers();
  stopWaiting();
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
    found();
    if (answer.status === 304 || asking === undefined) return; // the stream is back, and newer
    etag = answer.headers.get("ETag");
    take(await answer.json());
  } catch {
    missing();
  }
}

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : connect()));
addEventListener("pageshow", (event) => event.persisted && connect());
addEventListener("online", connect);
addEventListener("offline", missing);
if (root) connect();
