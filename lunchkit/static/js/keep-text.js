// Keeps on this device what somebody writes in a form, until the server has it, and puts it back into the form when its
// page was closed too early, the browser crashed, the network was gone. Beside the text stands what was on its way,
// since the server may have it already without our knowing.
// <form data-autosave> with [name=version], after autosave.js; sets data-kept where the device does keep it.
const form = document.querySelector("form[data-autosave]");
const own = ([name, value]) => typeof value === "string" && !/^(csrf_token|version)$/.test(name);
const text = () => new URLSearchParams([...new FormData(form)].filter(own)).toString();
const filled = (text) => JSON.stringify([...new URLSearchParams(text)].filter(([, value]) => value));
const STORE = `lunchkit-text ${form.getAttribute("action")}`;
const key = `${STORE} ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
let saved = text(),
  sending; // as the page was opened
const cameBack = "typed" in form.dataset;

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify({ version: form.elements.version.value, sending, text: text() }));
    form.dataset.kept = "yes";
  } catch {
    delete form.dataset.kept; // a browser that keeps nothing: the text lives as long as this page
  }
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
  if (!cameBack) putBack(JSON.parse(localStorage.getItem(left)));
  localStorage.removeItem(left);
}
if (cameBack) {
  saved = "";
  keep();
}
