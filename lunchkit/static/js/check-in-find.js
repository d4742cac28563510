// Finds people in the list on the phone: by a part of their name.
// line() fills <template data-person>: [data-name], [data-state], and a button with [data-word] and data-other, its word for a
// person who cannot simply come in; data-states of the list holds its words as JSON.
import { decide } from "./check-in-decide.js";
import { people } from "./check-in-people.js";
import { time } from "./check-in-root.js";

const normalise = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export const shown = (one) => one.name ?? one.who;

export function find(typed) {
  const words = normalise(typed).split(/\s+/).filter(Boolean);
  return people.list.filter((one) => {
    const name = normalise(`${one.name ?? ""} ${one.who}`);
    return words.every((word) => name.includes(word));
  });
}

export const everybody = () => [...people.list].sort((one, other) => shown(one).localeCompare(shown(other)));

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
