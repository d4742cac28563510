// Shows what is known of this phone's answer, as the server shows it (polls/_ballot.html).
// The words are in data- attributes of [data-stream]; [data-note] says what concerns a question that is gone.
import { ballot } from "./ballot-kept.js";

export const page = document.querySelector("[data-stream]");
const note = document.querySelector("[data-note]");
const REFUSALS = ["late", "refused"];
let shown; // { key, choice, state, text }

export const ballotOf = (key) => page.querySelector(`[data-ballot="${CSS.escape(key)}"]`);

export function say({ key, answer }, state, text) {
  const choice = REFUSALS.includes(state) ? null : new URLSearchParams(answer).get("choice");
  const moves = choice !== shown?.choice && document.startViewTransition && !document.hidden;
  shown = { key, choice, state, text: text || page.dataset[state] };
  if (moves && !matchMedia("(prefers-reduced-motion: reduce)").matches)
    document.startViewTransition(show).ready.catch(() => {}); // the next tap came sooner
  else show();
}

// Shows the last state again, after the page was swapped.
export const sayAgain = () => shown && show();

export function mark(place, state, text) {
  place.dataset.sent = state;
  place.querySelector("[role=status]").textContent = text;
}

function show() {
  const place = ballotOf(shown.key);
  note.textContent = place ? "" : shown.text;
  if (!place) return;
  mark(place, shown.state, shown.text);
  for (const button of place.querySelectorAll("button[name=choice]"))
    button.setAttribute("aria-pressed", button.value === shown.choice);
  for (const fields of place.querySelectorAll(".taps")) {
    for (const input of fields.querySelectorAll("input")) input.checked = input.value === shown.choice;
    fields.toggleAttribute("data-chosen", fields.querySelector(":checked") !== null);
  }
  place.querySelector("small")?.remove();
  const field = shown.state === "saved" && place.querySelector(".fields.taps :checked");
  if (field) field.after(Object.assign(document.createElement("small"), { textContent: page.dataset.voice }));
}

// After a swap: a refusal of a question that is gone stays until the next one opens.
export function dropOld() {
  if (ballot?.answer || !shown || ballotOf(shown.key)) return;
  const stays = REFUSALS.includes(shown.state) && !page.querySelector("[data-ballot]");
  note.textContent = stays ? shown.text : "";
  if (!stays) shown = undefined;
}
