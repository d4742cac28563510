// Keeps on this device what somebody types in a form until the server has it: phones drop pages that wait in the
// background, and batteries die. The form is filled again when its page is opened anew; it is sent with the [name=version]
// that it was filled from, so that the server compares where somebody has saved something else meanwhile.
// <form data-keep="name" data-kept="words" data-discard="words">; a form with data-typed came back with its text by itself.
// <… data-forget="name"> on the page that follows a save: the server has what was sent.
const form = document.querySelector("form[data-keep]"),
  saved = document.querySelector("[data-forget]");
const own = ([name, value]) => typeof value === "string" && !["version", "csrf_token"].includes(name);
const fields = () => [...new FormData(form)].filter(own).map(([name, value]) => [name, value.trim()]);
const text = () => new URLSearchParams(fields()).toString();
const store = (name) => `lunchkit-draft ${name}`;
const forget = (name) => localStorage.removeItem(store(name));

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(store(name)));
  } catch {
    return null;
  }
}

function keep(isSent) {
  const kept = { text: text(), version: form.elements.version.value, isSent };
  try {
    localStorage.setItem(store(form.dataset.keep), JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing: the text lives as long as this page
  }
}

function fill({ text, version }) {
  form.elements.version.value = version;
  for (const [name, value] of new URLSearchParams(text)) {
    const field = form.elements[name];
    if (!field) continue;
    field.value = value;
    if (value) field.closest("details")?.setAttribute("open", "");
  }
}

function offerToDiscard(version) {
  const line = Object.assign(document.createElement("p"), { className: "also", role: "status" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link" });
  button.textContent = form.dataset.discard;
  button.addEventListener("click", () => {
    forget(form.dataset.keep);
    form.reset();
    form.elements.version.value = version;
    line.remove();
  });
  line.append(`${form.dataset.kept} `, button);
  form.prepend(line);
}

if (form) {
  const kept = read(form.dataset.keep),
    { value: version } = form.elements.version;
  if (kept && kept.text !== text() && !("typed" in form.dataset)) {
    fill(kept);
    offerToDiscard(version);
  }
  form.addEventListener("input", () => keep(false));
  addEventListener("submit", (event) => event.target === form && !event.defaultPrevented && keep(true));
  document.querySelector("a[data-discards]")?.addEventListener("click", () => forget(form.dataset.keep));
}
if (saved && read(saved.dataset.forget)?.isSent) forget(saved.dataset.forget);
