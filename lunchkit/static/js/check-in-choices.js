// What can be pressed under an answer, by how full the lunch is, and what each button asks for.
import { ledger } from "./check-in-ledger.js";

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
