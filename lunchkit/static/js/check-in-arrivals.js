import { personOf } from "./check-in-people.js";

// What our own scans say, for as long as the server has not heard of them.
export function presume(arrivals, { let_in, nonce, undoes, corrects, people: number, at, door, ...who }) {
  const named = [...arrivals].find(([, one]) => one.of === (undoes ?? corrects));
  if (undoes && named) arrivals.delete(named[0]);
  if (corrects && named) arrivals.set(named[0], { ...named[1], people: number });
  const one = let_in && !undoes && !corrects && personOf(who);
  if (one && !arrivals.has(one.id))
    arrivals.set(one.id, { id: one.id, people: number ?? one.seats, at, door, of: nonce });
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
