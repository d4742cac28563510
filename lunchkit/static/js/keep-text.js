// Keeps on this device what somebody writes in a form, until the server has it; bring-back.js hands over what is left.
// Beside the text stands what was on its way, since the server may have it already without our knowing.
// <form data-autosave> with [name=version], after autosave.js; sets data-kept where the device does keep it.
const form = document.querySelector("form[data-autosave]");
const own = ([name, value]) => typeof value === "string" && !/^(csrf_token|version|new-.*)$/.test(name);
const text = () => new URLSearchParams([...new FormData(form)].filter(own)).toString();
const copy = crypto.getRandomValues(new Uint32Array(2)).join("-"), key = `lunchkit-text ${form.getAttribute("action")} ${copy}`;
let saved = text(), sending;

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify({ version: form.elements.version.value, sending, text: text() }));
    form.dataset.kept = "yes";
  } catch {
    delete form.dataset.kept; // a browser that keeps nothing: the text lives as long as this page
  }
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
