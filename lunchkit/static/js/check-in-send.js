// Tells the server what was scanned, in its order, until it has answered; then asks what is new, every few seconds.
// <div data-now="…" data-scans="…">; data-link says 'on', 'off' (no network, or no server), 'out' (signed out), or 'shut'
// (this person may not enter this check-in, or no longer).
// round() begins a round at once; `heard` of an entry is called with the answer to its record.
import { ledger } from "./check-in-ledger.js";
import { announce, root } from "./check-in-root.js";
import { csrfToken, deliver, look } from "./check-in-server.js";

const BATCH = 40,
  EVERY = 4_000,
  REFUSALS = ["out", "shut"];
let timer, running, waiting;

export function round() {
  if (running) {
    waiting ??= running.then(() => {
      waiting = undefined;
      return round();
    });
    return waiting;
  }
  running = goRound().finally(() => {
    running = undefined;
  });
  return running;
}

async function goRound() {
  clearTimeout(timer);
  try {
    await ledger.ready;
    const isFirst = !csrfToken();
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

function link(state) {
  const before = root.dataset.link;
  root.dataset.link = state;
  if (before !== state) announce("changed");
}

addEventListener("online", () => round());
addEventListener("offline", () => link("off"));
addEventListener("pageshow", (event) => event.persisted && round());
document.addEventListener("visibilitychange", () => document.hidden || round());
round();
