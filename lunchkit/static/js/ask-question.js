// Asks a question of the audience without leaving the page. What is being typed outlives a lost network and a reload.
// <form data-ask data-keep> with the fields key, text and off_record; the words in data- attributes of [data-questions]
import { send, tell, words } from "./questions-send.js";
import { load, save } from "./storage.js";

const DRAFT = "lunchkit-question";
const draftOf = ({ key, text, off_record: off }) => [key.value, text.value, off.checked];
const fill = ({ key, text, off_record: off }, draft) => ([key.value, text.value, off.checked] = draft);
const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

async function ask({ action, elements }) {
  const { key, text, off_record: off } = elements;
  keep(elements);
  text.readOnly = true; // what is on its way must not change
  tell("[data-ask]", words().sending);
  const fields = { key: key.value, text: text.value, ...(off.checked && { off_record: 1 }) };
  if (await send(action, fields, "[data-ask]")) {
    fill(elements, [randomKey(), "", false]);
    save("sessionStorage", DRAFT, null);
    tell("[data-ask]", words().asked);
  }
  text.readOnly = false;
}

function keep(elements) {
  elements.key.value ||= randomKey(); // a form that came by the stream has none
  save("sessionStorage", DRAFT, draftOf(elements));
}

function restore() {
  const form = document.querySelector("[data-ask]"),
    draft = load("sessionStorage", DRAFT);
  if (form && draft && !form.elements.text.value) fill(form.elements, draft);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-ask]")) return;
  event.preventDefault();
  if (!form.elements.text.readOnly) ask(form);
});
document.addEventListener("input", ({ target }) => target.form?.matches("[data-ask]") && keep(target.form.elements));
document.addEventListener("lunchkit:swapped", restore);
restore();
