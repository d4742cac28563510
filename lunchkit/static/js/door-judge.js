// What this phone says by itself about somebody at the door, from the list that it has.
// judge({ ticket | id | walk_in }) gives { word, who, seats, … } in the words of the server's answers.
import { person as find, ledger } from "./door-ledger.js";

export function judge(wish) {
  if (wish.walk_in)
    return { word: (ledger.counts?.free ?? 0) > 0 ? "in" : "full", who: wish.walk_in.name, seats: 1, people: 1 };
  const person = find(wish);
  if (!person) return { word: "unknown" };
  const { id, who, seats, place, standing } = person;
  const first = ledger.arrivals.get(id);
  if (first) return { ...first, id, who, seats, word: "double" };
  const word = { seated: "in", waiting: "waiting" }[standing] ?? "cancelled";
  return { word, id, who, seats, place, people: word === "in" ? seats : 0 };
}
