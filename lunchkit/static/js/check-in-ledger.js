// What this phone knows of a lunch, and what it owes the server. It is on the disk before anybody is let in: of names
// only the short form, the full ones stay in the memory of the open page.
// Announces check-in:changed after each change.

import { change, read } from "./check-in-disk.js";
import { learn, people, presume } from "./check-in-people.js";
import { announce } from "./check-in-root.js";

export const ledger = {
  arrivals: new Map(),
  conflicts: [],
  counts: undefined,
  digest: "",
  queue: [], // what the server has not answered yet, in its order: { order, record }
  held: [], // what it answered with a no that only this phone knows: { order, record, answer }
};
const plain = ({ order, record, answer }) => ({ ...(order && { order }), record, ...(answer && { answer }) });
export const owed = () => ledger.queue.length + ledger.held.length;

ledger.add = async (entry) => {
  entry.order = await change("scans", (scans) => scans.add(plain(entry)));
  ledger.queue.push(entry);
  presume(ledger.arrivals, entry.record);
  announce("changed");
};

ledger.amend = async (entry) => {
  await change("scans", (scans) => scans.put(plain(entry)));
  presume(ledger.arrivals, entry.record);
  announce("changed");
};

ledger.drop = async (entry) => {
  await change("scans", (scans) => scans.delete(entry.order));
  for (const name of ["queue", "held"]) ledger[name] = ledger[name].filter((other) => other.order !== entry.order);
  announce("changed");
};

// The server has answered. A no about somebody who is inside, and of whom it keeps no row, stays here until it is ticked off.
ledger.settle = async (entry, answer) => {
  if (answer.word === "in") ledger.arrivals.set(answer.id, { ...answer });
  if (!entry.record.let_in || answer.id || answer.word === "in") return ledger.drop(entry);
  await change("scans", (scans) => scans.put(plain({ ...entry, answer })));
  ledger.queue = ledger.queue.filter((other) => other.order !== entry.order);
  ledger.held.push({ ...entry, answer });
  announce("changed");
};

ledger.take = (news) => {
  if (news.people) learn(news.people, true);
  ledger.arrivals = new Map(news.arrivals.map((one) => [one.id, one]));
  for (const { record } of ledger.queue) presume(ledger.arrivals, record);
  Object.assign(ledger, {
    conflicts: news.conflicts,
    counts: news.counts,
    digest: news.digest,
    signedInUntil: news.signed_in_until,
  });
  const short = people.list.map(({ name, ...rest }) => rest);
  change("kept", (kept) => kept.put({ ...news, people: short, token: undefined }, "list")).catch(() => {});
  announce("changed");
};

ledger.ready = (async () => {
  const list = await read("kept", (kept) => kept.get("list"));
  const entries = await read("scans", (scans) => scans.getAll());
  ledger.queue.push(...entries.filter((entry) => !entry.answer));
  ledger.held.push(...entries.filter((entry) => entry.answer));
  if (list && !ledger.digest) {
    learn(list.people, false);
    ledger.arrivals = new Map(list.arrivals.map((one) => [one.id, one]));
    Object.assign(ledger, { conflicts: list.conflicts, counts: list.counts, digest: list.digest });
    for (const { record } of ledger.queue) presume(ledger.arrivals, record);
  }
  announce("changed");
})();
