// Keeps on this device what is written in a form that saves itself, until the server has it, and puts it back into the
// form when its page was closed too early, the browser crashed, or the network was gone. It keeps what was on its way as
// well, since the server may have it already.
// <form data-autosave> with [name=version], after autosave.js; sets data-kept where the device does keep it.
import { textOf } from "./form-text.js";
import { load, save } from "./storage.js";

const form = document.querySelector("form[data-autosave]");
const text = () => textOf(form);
const filled = (text) => JSON.stringify([...new URLSearchParams(text)].filter(([, value]) => value));
const STORE = `lunchkit-text ${form.getAttribute("action")}`;
const key = `${STORE} ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
let saved = text(), // as the page was opened
  sending;
const cameBack = "typed" in form.dataset;

function keep() {
  const isKept = save("localStorage", key, { version: form.elements.version.value, sending, text: text() });
  if (isKept) form.dataset.kept = "yes";
  else delete form.dataset.kept; // the text lives as long as this page
}

function putBack({ version, sending = "", text: left }) {
  const isWritten = filled(sending) === filled(saved); // else it builds on what its page was opened with
  if (filled(left) === filled(saved)) return;
  if (!isWritten) form.elements.version.value = version;
  for (const tick of form.querySelectorAll("[type=checkbox]")) tick.checked = false;
  for (const [name, value] of new URLSearchParams(left)) {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name }); // an item too many
    const field = form.elements[name] ?? form.appendChild(hidden);
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  form.dispatchEvent(new Event("input"));
}

form.addEventListener("input", () => text() !== saved && keep());
form.addEventListener("lunchkit:sending", ({ detail }) => {
  sending = detail;
  keep();
});
form.addEventListener("lunchkit:saved", ({ detail }) => {
  saved = detail;
  sending = undefined;
  localStorage.removeItem(key);
  if (text() !== saved) setTimeout(keep); // once the page knows the new version
});
addEventListener("beforeunload", (event) => {
  if (text() !== saved && !form.dataset.kept) event.preventDefault();
});
const left = Object.keys(localStorage).find((each) => each.startsWith(`${STORE} `));
if (left) {
  if (!cameBack) putBack(load("localStorage", left));
  localStorage.removeItem(left);
}
if (cameBack) {
  saved = "";
  keep();
}
