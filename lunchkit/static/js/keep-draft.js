// Keeps on this device what somebody types in a form until the server has it: phones drop pages that wait in the
// background, and batteries die. When the page is opened again, the form is filled again; it is sent with the [name=version]
// that it was filled from, so that the server notices what another person saved meanwhile.
// <form data-keep="name" data-kept="words" data-discard="words">; a form with data-typed came back with its text by itself.
// forget-draft.js is on the page that follows a save.
import { textOf } from "./form-text.js";
import { load, save } from "./storage.js";

const form = document.querySelector("form[data-keep]");
const { version } = form.elements;
const STORE = `lunchkit-draft ${form.dataset.keep}`;
const forget = () => localStorage.removeItem(STORE);
const keep = (isSent) => save("localStorage", STORE, { text: textOf(form), version: version.value, isSent });

function fill(text) {
  for (const [name, value] of new URLSearchParams(text)) {
    const field = form.elements[name];
    if (!field) continue;
    field.value = value;
    if (value) field.closest("details")?.setAttribute("open", "");
  }
}

function offerToDiscard(saved) {
  const line = Object.assign(document.createElement("p"), { className: "also", role: "status" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link" });
  button.textContent = form.dataset.discard;
  button.addEventListener("click", () => {
    forget();
    form.reset();
    version.value = saved;
    line.remove();
  });
  line.append(`${form.dataset.kept} `, button);
  form.prepend(line);
}

const kept = load("localStorage", STORE);
if (kept && kept.text !== textOf(form) && !("typed" in form.dataset)) {
  offerToDiscard(version.value);
  version.value = kept.version;
  fill(kept.text);
}
form.addEventListener("input", () => keep(false));
addEventListener("submit", (event) => event.target === form && !event.defaultPrevented && keep(true));
document.querySelector("a[data-discards]")?.addEventListener("click", forget);
