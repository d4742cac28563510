// What this phone answers by itself, from the list that it has.
// decide({ ticket | id | walk_in }) gives { word, who, seats, … } as the server does.
import { ledger } from "./check-in-ledger.js";
import { personOf } from "./check-in-people.js";

export function decide(request) {
  if (request.walk_in)
    return { word: (ledger.counts?.free ?? 0) > 0 ? "in" : "full", who: request.walk_in.name, seats: 1, people: 1 };
  const person = personOf(request);
  if (!person) return { word: "unknown" };
  const { id, who, seats, place, standing } = person;
  const first = ledger.arrivals.get(id);
  if (first) return { ...first, id, who, seats, word: "double" };
  const word = { seated: "in", waiting: "waiting" }[standing] ?? "cancelled";
  return { word, id, who, seats, place, people: word === "in" ? seats : 0 };
}
