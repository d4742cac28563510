// Audience questions, sent without leaving the page: support a question by a tap, ask one. What is being typed
// outlives a lost network and a reload. Without this file both forms work as forms.
// <section data-questions> with <form data-supports>, whose buttons are whole rows, and <form data-ask data-keep>;
// the words in data- attributes of the section. After a swap ("lunchkit:swapped") this phone's rows are pressed again.
const DRAFT = "lunchkit-question",
  LONGEST = 15_000;
const mine = new Set(); // the rows that this phone supports: as its own page said, and as it tapped since
const words = () => document.querySelector("[data-questions]")?.dataset ?? {};
const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

// Sends until the server has answered; says meanwhile what is known, and no more.
async function post(url, fields, place) {
  for (let pause = 1000; ; pause = Math.min(LONGEST, pause * 2)) {
    let status = 0,
      told = words().offline;
    try {
      const body = new URLSearchParams(fields);
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok && said.rev === undefined) throw new Error("the page of a hotspot, and no answer of ours");
      told = answer.ok ? "" : (said.error ?? words().failed);
      ({ status } = answer);
    } catch {
      // no network
    }
    tell(place, told);
    if (status && status < 500) return status;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

function tell(place, text) {
  const line = document.querySelector(`${place} [data-told]`);
  if (line) line.textContent = text;
}

function press(button, isOn) {
  button.setAttribute("aria-pressed", isOn);
  button.value = isOn ? "0" : "1";
}

async function support(button) {
  const { id } = button.parentElement,
    on = button.value;
  button.setAttribute("aria-busy", "true");
  if ((await post(button.formAction, { on }, "[data-supports]")) === 200) on === "1" ? mine.add(id) : mine.delete(id);
  const now = document.getElementById(id)?.firstElementChild; // the row may have been swapped meanwhile
  now?.removeAttribute("aria-busy");
  if (now) press(now, mine.has(id));
}

async function ask(form) {
  const { key, text, off_record: off } = form.elements;
  keep(form);
  text.readOnly = true; // what is on its way must not change
  tell("[data-ask]", words().sending);
  const fields = { key: key.value, text: text.value, ...(off.checked && { off_record: 1 }) };
  if ((await post(form.action, fields, "[data-ask]")) === 200) {
    empty(form);
    tell("[data-ask]", words().asked);
  }
  text.readOnly = false;
}

function keep({ elements: { key, text, off_record: off } }) {
  key.value ||= randomKey(); // a form that came by the stream has none
  sessionStorage.setItem(DRAFT, JSON.stringify([key.value, text.value, off.checked]));
}

function empty({ elements: { key, text, off_record: off } }) {
  [key.value, text.value, off.checked] = [randomKey(), "", false];
  sessionStorage.removeItem(DRAFT);
}

function restore() {
  for (const button of document.querySelectorAll("[data-supports] button"))
    press(button, mine.has(button.parentElement.id));
  const form = document.querySelector("[data-ask]"),
    draft = sessionStorage.getItem(DRAFT);
  if (!form || !draft || form.elements.text.value) return;
  const { key, text, off_record: off } = form.elements;
  [key.value, text.value, off.checked] = JSON.parse(draft);
}

document.addEventListener("submit", (event) => {
  const form = event.target,
    button = event.submitter;
  if (!form.matches("[data-ask], [data-supports]")) return;
  event.preventDefault();
  if (form.matches("[data-ask]")) return form.elements.text.readOnly || ask(form);
  if (button && !button.hasAttribute("aria-busy")) support(button);
});
document.addEventListener("input", ({ target }) => target.form?.matches("[data-ask]") && keep(target.form));
document.addEventListener("lunchkit:swapped", restore);
for (const row of document.querySelectorAll("[data-supports] [aria-pressed=true]")) mine.add(row.parentElement.id);
restore();
