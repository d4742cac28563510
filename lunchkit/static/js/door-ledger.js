// What this phone knows of a lunch, and what it owes the server. It lies on the disk before anybody is let in. Of names
// only the short form does; the full ones stay in the memory of the open page.
// Announces door:changed whenever anything here did.
import { change, read } from "./door-disk.js";
import { announce, root } from "./door-root.js";

export const ledger = {
  people: [],
  byKey: new Map(),
  byId: new Map(),
  arrivals: new Map(),
  conflicts: [],
  counts: undefined,
  digest: "",
  hasNames: false,
  queue: [], // what the server has not answered yet, in its order: { order, record }
  held: [], // what it answered with a no that only this phone knows: { order, record, answer }
};
const plain = ({ order, record, answer }) => ({ ...(order && { order }), record, ...(answer && { answer }) });
const changed = () => {
  // Tells the server what only this phone knows: signing out, which clears it, asks first while something waits here.
  const owed = ledger.queue.length + ledger.held.length;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store is not in every browser
  document.cookie = `lunchkit-owed-${root.dataset.slug}=${owed}; path=/organiser; samesite=lax; max-age=${owed ? 604_800 : 0}`;
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

// The server has answered. A no about somebody who is inside, and of whom it keeps no row, stays here until it is ticked off.
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
  Object.assign(ledger, {
    conflicts: news.conflicts,
    counts: news.counts,
    digest: news.digest,
    signedInUntil: news.signed_in_until,
  });
  const people = ledger.people.map(({ name, ...rest }) => rest);
  change("kept", (kept) => kept.put({ ...news, people, token: undefined }, "list")).catch(() => {});
  changed();
};

function learn(people, hasNames) {
  Object.assign(ledger, { people, hasNames });
  ledger.byKey = new Map(people.map((one) => [one.key, one]));
  ledger.byId = new Map(people.map((one) => [one.id, one]));
}

// What our own scans say, for as long as the server has not heard of them.
function presume({ let_in, nonce, undoes, corrects, people, at, door, ...who }) {
  const named = [...ledger.arrivals].find(([, one]) => one.of === (undoes ?? corrects));
  if (undoes && named) ledger.arrivals.delete(named[0]);
  if (corrects && named) ledger.arrivals.set(named[0], { ...named[1], people });
  const one = let_in && !undoes && !corrects && person(who);
  if (one && !ledger.arrivals.has(one.id))
    ledger.arrivals.set(one.id, { id: one.id, people: people ?? one.seats, at, door, of: nonce });
}

// The person of a record: by number, or by the part of the ticket's hash that we know.
export function person({ id, ticket }) {
  return ledger.byId.get(id) ?? (ticket && ledger.byKey.get(keyOf(ticket)));
}

function keyOf(hash) {
  const bytes = hash
    .slice(0, 24)
    .match(/../g)
    .map((pair) => parseInt(pair, 16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

ledger.ready = (async () => {
  const list = await read("kept", (kept) => kept.get("list"));
  const entries = await read("scans", (scans) => scans.getAll());
  ledger.queue.push(...entries.filter((entry) => !entry.answer));
  ledger.held.push(...entries.filter((entry) => entry.answer));
  if (list && !ledger.digest) {
    learn(list.people, false);
    ledger.arrivals = new Map(list.arrivals.map((one) => [one.id, one]));
    Object.assign(ledger, { conflicts: list.conflicts, counts: list.counts, digest: list.digest });
    for (const { record } of ledger.queue) presume(record);
  }
  changed();
})();
