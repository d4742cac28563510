// The search by name. <a data-whole href="…"> shows everybody.
// While somebody searches, data-searching on the page makes the camera small: results are above the keyboard.
// <form data-search> with an input, <ul data-found data-none="words for nobody" data-none-short="the same, where surnames
// are missing">.
import { decide } from "./check-in-decide.js";
import { everybody, find, line } from "./check-in-find.js";
import { ledger } from "./check-in-ledger.js";
import { people } from "./check-in-people.js";
import { announce, root } from "./check-in-root.js";
import { show } from "./check-in-verdict.js";

const form = document.querySelector("[data-search]");
const list = document.querySelector("[data-found]");
const input = form.querySelector("input");
const MOST = 8,
  ALL = 400;

let isWhole = false;

function draw() {
  const typed = input.value.trim(),
    found = typed ? find(typed) : isWhole ? everybody() : [],
    most = typed ? MOST : ALL;
  list.replaceChildren(...found.slice(0, most).map((person) => line(person, take)));
  if (!found.length && typed) say(people.hasNames ? list.dataset.none : list.dataset.noneShort);
  if (found.length > most) say(`+ ${found.length - most}`);
}

const say = (textContent) => list.append(Object.assign(document.createElement("li"), { textContent }));

function take(person) {
  const told = decide({ id: person.id });
  input.value = "";
  isWhole = false;
  draw();
  if (told.word === "double") show({ ...told, isChecked: true });
  else announce("ask", { id: person.id });
}

async function listAll() {
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
input.addEventListener("input", draw);
root.addEventListener(
  "check-in:changed",
  () => (input.value || isWhole) && !list.contains(document.activeElement) && draw(),
);

// Without network the link to the whole list opens it here: its page would be this one again.
const whole = document.querySelector("[data-whole]");

whole.addEventListener("click", (event) => {
  if (root.dataset.link !== "off") return;
  event.preventDefault();
  listAll();
});
if (location.pathname === new URL(whole.href).pathname) listAll(); // the network went on the way there

document.querySelector("[data-search] input").addEventListener("focus", () => (root.dataset.searching = ""));
root.addEventListener("check-in:told", () => delete root.dataset.searching);
document.querySelector("[data-start]").addEventListener("click", () => delete root.dataset.searching);
