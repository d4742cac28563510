// Tells the server what was scanned, in its order, until it has answered; then asks what is new, every few seconds.
// <div data-now="…" data-scans="…">; data-link says 'on', 'off' (no network, or no server), 'out' (signed out), or 'shut'
// (whoever is signed in may not enter this door, or no longer).
// round() begins a round at once; whoever waits for the answer to a record sets its entry's `heard`.
import { ledger } from "./door-ledger.js";
import { announce, root } from "./door-root.js";

const BATCH = 40,
  EVERY = 4_000,
  PATIENCE = 8_000,
  REFUSALS = ["out", "shut"];
let token, etag, timer, running, waiting;

export const csrfToken = () => token;

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
    token = etag = undefined; // somebody else signed in on this phone meanwhile
    await look();
    return deliver(entries, true);
  }
  const { answers } = await answer.json();
  for (const entry of entries) {
    const told = answers.find(({ nonce }) => nonce === entry.record.nonce) ?? { word: "unknown", id: null };
    await ledger.settle(entry, told);
    entry.heard?.(told);
  }
}

async function call(address, options) {
  const answer = await fetch(address, {
    ...options,
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    token = etag = undefined;
    throw new Error("out");
  }
  if (answer.status === 403) throw new Error("shut"); // what waits stays on the phone, and leaves when the door is open again
  const isRead = answer.ok || answer.status === 304 || (answer.status === 400 && options.method);
  if (!isRead) throw new Error(answer.status);
  return answer;
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
