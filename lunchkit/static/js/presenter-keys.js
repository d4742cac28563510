// Steers the projector from the keyboard, or with the bar that shows when the pointer moves.
// The bar shows what is possible now: <template data-may="step closing …"> of the slide says so.
// <nav class="bar" data-step="/…" data-opening="/…" …> holds the addresses and the words; <button data-do="step"> does the same as its key.
const KEYS = {
  " ": "step",
  ArrowRight: "step",
  PageDown: "step",
  n: "step",
  o: "opening",
  c: "closing",
  r: "reveal",
  m: "hiding",
  v: "annulment",
  b: "blank",
  ".": "blank",
  t: "timer",
  f: "full",
  "?": "help",
}; // prettier-ignore
const bar = document.querySelector(".bar");
const told = document.querySelector("[data-told]");
const letters = document.querySelector("[data-letters]");
const token = document.querySelector("meta[name=csrf-token]").content;
let busyWith = "";
let toldUntil, shownUntil;

function tell(text) {
  told.textContent = text;
  told.hidden = false;
  clearTimeout(toldUntil);
  toldUntil = setTimeout(() => (told.hidden = true), 6000);
}

async function send(act, fields = {}) {
  if (busyWith === act) return; // a second tap on the same key must not do the next thing too
  busyWith = act;
  let askAgain = false;
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(bar.dataset[act], { method: "POST", headers, body, signal: AbortSignal.timeout(10000) });
    const { error, state } = await answer.json().catch(() => ({ error: bar.dataset.refused })); // a page: signed out, say
    if (state === "few") askAgain = true;
    else if (error) tell(error);
    else told.hidden = true;
  } catch {
    tell(bar.dataset.noAnswer);
  } finally {
    busyWith = "";
  }
  if (askAgain && (await ask("few")) === "yes") send(act, { ...fields, few: 1 });
}

// What the person chose in a dialog; nothing after Esc.
function ask(name) {
  const dialog = document.getElementById(name);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

const ACTS = {
  help: () => ask("help"),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  async annulment() {
    if ((await ask("annulment")) === "yes") send("annulment");
  },
  async timer() {
    const minutes = await ask("timer");
    if (minutes !== "") send("timer", { minutes });
  },
};
const act = (name) => (ACTS[name] ?? (() => send(name)))();

export function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.key === " " && event.target.closest?.("button, a, input")) return; // it presses that button
  if (/^[^ ]$/.test(event.key) && !letters.checked) return;
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  act(name);
}

function allow() {
  const may = document.querySelector("[data-may]")?.dataset.may.split(" ") ?? [];
  for (const verb of bar.querySelectorAll("[data-verb]")) verb.hidden = !may.includes(verb.dataset.do);
  if (!may.includes("closing")) document.getElementById("few").close(); // somebody else closed it meanwhile
}

export function show() {
  document.body.classList.add("used");
  clearTimeout(shownUntil);
  shownUntil = setTimeout(() => document.body.classList.remove("used"), 3000);
}

bar.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (event.detail) button.blur(); // after a click, Space is the next step again
  act(button.dataset.do);
});
letters.checked = localStorage.getItem("letters") !== "off";
letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
document.querySelector("[data-stream]").addEventListener("lunchkit:swapped", allow);
allow();
document.body.classList.add("steered");
addEventListener("keydown", press);
addEventListener("pointermove", show);
