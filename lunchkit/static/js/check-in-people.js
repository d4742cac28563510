// The people of a lunch, as this phone knows them: by the number of their registration, or by a part of their ticket's hash.

export const people = { list: [], hasNames: false };
let byId = new Map(),
  byKey = new Map();

export function learn(list, hasNames) {
  Object.assign(people, { list, hasNames });
  byKey = new Map(list.map((one) => [one.key, one]));
  byId = new Map(list.map((one) => [one.id, one]));
}

export function personOf({ id, ticket }) {
  return byId.get(id) ?? (ticket && byKey.get(keyOf(ticket)));
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

// What our own scans say, for as long as the server has not heard of them.
export function presume(arrivals, { let_in, nonce, undoes, corrects, people: number, at, door, ...who }) {
  const named = [...arrivals].find(([, one]) => one.of === (undoes ?? corrects));
  if (undoes && named) arrivals.delete(named[0]);
  if (corrects && named) arrivals.set(named[0], { ...named[1], people: number });
  const one = let_in && !undoes && !corrects && personOf(who);
  if (one && !arrivals.has(one.id))
    arrivals.set(one.id, { id: one.id, people: number ?? one.seats, at, door, of: nonce });
}
