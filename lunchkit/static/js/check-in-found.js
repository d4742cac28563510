// One line of the people who are found. <template data-person>: [data-name], [data-state], and a button with [data-word] and
// data-other, its word for a person who cannot simply come in; data-states of the list holds its words as JSON.
import { decide } from "./check-in-decide.js";
import { shown } from "./check-in-find.js";
import { time } from "./check-in-root.js";

const WORDS = JSON.parse(document.querySelector("[data-found]").dataset.states);

function state(person) {
  const { word, at, people, seats, place } = decide({ id: person.id });
  const filled = WORDS[word].replace("{time}", time(at)).replace("{place}", place ?? "");
  return seats > 1 ? `${filled} · ${word === "double" ? `${people}/${seats}` : `× ${seats}`}` : filled;
}

export function line(person, take) {
  const part = document.querySelector("template[data-person]").content.cloneNode(true);
  const button = part.querySelector("button");
  for (const place of part.querySelectorAll("[data-name]")) place.textContent = shown(person);
  part.querySelector("[data-state]").textContent = state(person);
  if (decide({ id: person.id }).word !== "in") part.querySelector("[data-word]").textContent = button.dataset.other;
  button.addEventListener("click", () => take(person));
  return part;
}
