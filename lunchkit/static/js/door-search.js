// Finds people by a part of their name or by the code of their ticket, in the list on the phone. A whole code that is one
// ticket's lets in at once, as the camera does. listAll() shows everybody.
// <form data-search> with an input, <ul data-found data-none="words for nobody" data-none-short="the same, where surnames
// are missing">, and <template data-person>: [data-name], [data-state], and a button with [data-word] and data-other, its
// word for who cannot simply come in; data-states of the list holds its words as JSON.
import { time } from "./door-clock.js";
import { judge } from "./door-judge.js";
import { ledger } from "./door-ledger.js";
import { announce, root } from "./door-root.js";
import { show } from "./door-verdict.js";

const form = document.querySelector("[data-search]");
const list = document.querySelector("[data-found]");
const input = form.querySelector("input");
const LETTERS = "ACDEFHJKLMNPQRTUVWXY3479",
  MOST = 8,
  ALL = 400;
const WORDS = JSON.parse(list.dataset.states);

let isWhole = false;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function codeOf({ key }) {
  const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  let number = 0n,
    code = "";
  for (const char of bytes.slice(0, 8)) number = number * 256n + BigInt(char.charCodeAt(0));
  for (let place = 0; place < 6; place++, number /= 24n) code += LETTERS[Number(number % 24n)];
  return code;
}

const shown = (one) => one.name ?? one.who;

function find(typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return isWhole ? [...ledger.people].sort((a, b) => shown(a).localeCompare(shown(b))) : [];
  const named = ledger.people.filter((one) => {
    const name = fold(`${one.name ?? ""} ${one.who}`);
    return words.every((word) => name.includes(word));
  });
  return [...new Set([...named, ...ticketsOf(typed)])];
}

// Whose ticket has this code, where it is a whole one.
function ticketsOf(typed) {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const mayBeCode = code.length === 6 && [...code].every((letter) => LETTERS.includes(letter));
  return mayBeCode ? ledger.people.filter((one) => codeOf(one) === code) : [];
}

function state(person) {
  const { word, at, people, seats, place } = judge({ id: person.id });
  const filled = WORDS[word].replace("{time}", time(at)).replace("{place}", place ?? "");
  return seats > 1 ? `${filled} · ${word === "double" ? `${people}/${seats}` : `× ${seats}`}` : filled;
}

function draw() {
  const found = find(input.value),
    most = input.value.trim() ? MOST : ALL;
  list.replaceChildren(...found.slice(0, most).map(line));
  if (!found.length && input.value.trim()) say(ledger.hasNames ? list.dataset.none : list.dataset.noneShort);
  if (found.length > most) say(`+ ${found.length - most}`);
}

const say = (textContent) => list.append(Object.assign(document.createElement("li"), { textContent }));

function line(person) {
  const part = document.querySelector("template[data-person]").content.cloneNode(true);
  const button = part.querySelector("button");
  for (const place of part.querySelectorAll("[data-name]")) place.textContent = shown(person);
  part.querySelector("[data-state]").textContent = state(person);
  if (judge({ id: person.id }).word !== "in") part.querySelector("[data-word]").textContent = button.dataset.other;
  button.addEventListener("click", () => take(person));
  return part;
}

function take(person) {
  const told = judge({ id: person.id });
  input.value = "";
  isWhole = false;
  draw();
  if (told.word === "double") show({ ...told, isChecked: true });
  else announce("wish", { id: person.id });
}

function type() {
  const found = find(input.value),
    tickets = ticketsOf(input.value);
  if (found.length === 1 && tickets.length === 1) take(tickets[0]);
  else draw();
}

export async function listAll() {
  await ledger.ready;
  isWhole = true;
  input.value = "";
  draw();
  list.querySelector("button")?.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
  list.querySelector("button")?.focus();
});
input.addEventListener("input", type);
root.addEventListener(
  "door:changed",
  () => (input.value || isWhole) && !list.contains(document.activeElement) && draw(),
);
