// Finds people by a part of their name or by the code of their ticket, in the list on the phone.
// <form data-search> with an input, <ul data-found data-none="words for nobody">, and <template data-person>:
// a button with [data-name] and [data-state]; data-states of the list holds its words as JSON.
const root = document.querySelector("[data-door]");
const { ledger } = root;
const form = document.querySelector("[data-search]");
const list = document.querySelector("[data-found]");
const input = form.querySelector("input");
const LETTERS = "ACDEFHJKLMNPQRTUVWXY3479", MOST = 8;
const WORDS = JSON.parse(list.dataset.states);

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function codeOf({ key }) {
  const bytes = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  let number = 0n, code = "";
  for (const char of bytes.slice(0, 8)) number = number * 256n + BigInt(char.charCodeAt(0));
  for (let place = 0; place < 6; place++, number /= 24n) code += LETTERS[Number(number % 24n)];
  return code;
}

function find(typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const mayBeCode = code.length === 6 && [...code].every((letter) => LETTERS.includes(letter));
  return ledger.people.filter((one) => {
    const name = fold(`${one.name ?? ""} ${one.who}`);
    return words.every((word) => name.includes(word)) || (mayBeCode && codeOf(one) === code);
  });
}

function state(person) {
  const { word, at, people, seats, place } = root.judge({ id: person.id });
  const filled = WORDS[word].replace("{time}", root.time(at)).replace("{place}", place ?? "");
  return seats > 1 ? `${filled} · ${word === "double" ? `${people}/${seats}` : `× ${seats}`}` : filled;
}

function draw() {
  const found = find(input.value);
  list.replaceChildren(...found.slice(0, MOST).map(line));
  if (!found.length && input.value.trim()) list.append(Object.assign(document.createElement("li"), { textContent: list.dataset.none }));
  if (found.length > MOST) list.append(Object.assign(document.createElement("li"), { textContent: `+ ${found.length - MOST}` }));
}

function line(person) {
  const part = document.querySelector("template[data-person]").content.cloneNode(true);
  part.querySelector("[data-name]").textContent = person.name ?? person.who;
  part.querySelector("[data-state]").textContent = state(person);
  part.querySelector("button").addEventListener("click", () => {
    const told = root.judge({ id: person.id });
    input.value = "";
    draw();
    if (told.word === "double") root.show({ ...told, isChecked: true });
    else root.dispatchEvent(new CustomEvent("door:wish", { detail: { id: person.id } }));
  });
  return part;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
  list.querySelector("button")?.focus();
});
input.addEventListener("input", draw);
root.addEventListener("door:changed", () => input.value && !list.contains(document.activeElement) && draw());
