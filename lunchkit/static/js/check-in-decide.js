// What this phone answers by itself, from the list that it has; and what can be pressed under an answer.
import { ledger } from "./check-in-ledger.js";
import { personOf } from "./check-in-people.js";

// decide({ ticket | id | walk_in }) gives { word, who, seats, … } as the server does.
export function decide(request) {
  if (request.walk_in)
    return { word: (ledger.counts?.free ?? 0) > 0 ? "in" : "full", who: request.walk_in.name, seats: 1, people: 1 };
  const person = personOf(request);
  if (!person) return { word: "unknown" };
  const { id, who, seats, place, status } = person;
  const first = ledger.arrivals.get(id);
  if (first) return { ...first, id, who, seats, word: "double" };
  const word = { seated: "in", waiting: "waiting" }[status] ?? "cancelled";
  return { word, id, who, seats, place, people: word === "in" ? seats : 0 };
}

// Where every seat is given: how many people are missing, and how many wait. <p data-house="JSON"> holds the words.
export const places = document.querySelectorAll("[data-house]");
const WORDS = JSON.parse(places[0].dataset.house);

function counted(name, number) {
  if (!number) return "";
  return number === 1 ? WORDS[`${name}_one`] : WORDS[name].replace("{n}", number);
}

export function fullText() {
  const { free = 1, absent, waiting } = ledger.counts ?? {};
  if (free > 0) return "";
  return [WORDS.full, counted("absent", absent), counted("waiting", waiting)].filter(Boolean).join(" ");
}

// Whether a part of an answer is shown, by how full the lunch is.
export function applies(when, shown) {
  const missing = (shown.seats ?? 1) - (shown.people ?? 0);
  const { may_add = 0, free = Infinity } = ledger.counts ?? {};
  const room = shown.isChecked && may_add >= (shown.seats || 1),
    seat = shown.isChecked && free >= (shown.seats || 1);
  const facts = {
    room,
    seat,
    "no-seat": shown.isChecked && !seat,
    "no-room": shown.isChecked && !room,
    checked: shown.isChecked,
    unchecked: !shown.isChecked,
    party: shown.seats > 1,
    missing: missing > 0,
    of: shown.of,
  };
  return Boolean(facts[when]);
}

// What each button asks for.
const REQUESTS = {
  undo: (shown) => ({ undoes: shown.of }),
  seat: (shown) => ({ id: shown.id, gives_seat: true }),
  room: (shown) => ({ ...shown.request, gives_seat: true, makes_room: true }),
  anyway: (shown) => ({ ...shown.request, anyway: true, gives_seat: shown.word === "waiting" }),
  rest: (shown) => ({ corrects: shown.of, people: shown.seats }),
  party: (shown, button) => ({ corrects: shown.of, people: Number(button.dataset.people) }),
  rejoin: (shown) => ({ id: shown.id }),
};

export const requestOf = (button, shown) => REQUESTS[button?.dataset.does]?.(shown, button);
