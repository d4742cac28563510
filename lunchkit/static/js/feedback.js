// Sends feedback at each tap, without leaving the page: what was touched and is not saved yet, one request after the
// other, again after a growing pause until the server has answered. What is saved is not sent again: an organiser may
// have erased it. Without this file the form works as a form.
// <form data-feedback data-turn="1">; its words stand in data- attributes, what is said in [role=status].
const STORE = "lunchkit-feedback", LONGEST = 15, PATIENCE = 12_000;
const form = () => document.querySelector("[data-feedback]");
const seen = new WeakSet(); // forms that show what was touched
let touched = {}, unsent = {}, turn = 0, isBusy = false, isDirty = false;

function touch(name, value) {
  touched[name] = unsent[name] = value;
}

function keep() {
  try {
    const kept = isBusy || isDirty ? JSON.stringify([form().action, unsent]) : "";
    sessionStorage.setItem(STORE, kept);
  } catch {
    // a browser that keeps nothing: what is unsent lives as long as this page
  }
}

function recall() {
  try {
    const [action, kept] = JSON.parse(sessionStorage.getItem(STORE));
    return action === form().action ? kept : {};
  } catch {
    return {};
  }
}

// The number of what this phone sends next, the same counter for all of its tabs.
function count(least) {
  turn = Math.max(turn + 1, least);
  try {
    const name = `${STORE} ${form()?.action}`;
    turn = Math.max(turn, Number(localStorage.getItem(name)) + 1);
    localStorage.setItem(name, turn);
  } catch {
    // each tab counts for itself
  }
  return turn;
}

function isUnsent(place) {
  const text = place?.elements.better;
  return text && text.value !== (touched.better ?? text.defaultValue);
}

function say(state, text) {
  const place = form();
  if (state === "saved" && isUnsent(place)) state = "changed"; // what was tapped is, what is being typed is not
  if (place) place.dataset.sent = state;
  const line = place?.querySelector("[role=status]") ?? document.querySelector("[data-note]");
  line.textContent = text ?? place?.dataset[state] ?? "";
}

async function post(action, fields) {
  let said;
  try {
    const signal = AbortSignal.timeout?.(PATIENCE);
    const headers = { Accept: "application/json" };
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(fields), headers, signal, keepalive: true });
    said = await answer.json();
    if (answer.status < 300 && said.rev !== undefined) return ["saved"];
    if (answer.status < 300 || [408, 429].includes(answer.status) || answer.status >= 500) return ["later"];
  } catch {
    return ["later"]; // no network, no answer in time, or words that are not the server's
  }
  return ["refused", said.error];
}

async function send(action) {
  isDirty = true;
  if (isBusy) return keep();
  isBusy = true;
  for (let tries = 0; isDirty; ) {
    isDirty = false;
    keep();
    say(tries ? "retrying" : "sending");
    const [state, text] = await post(action, { ...unsent, turn: count(Number(form()?.dataset.turn ?? 1)) });
    if (state !== "later") tries = 0;
    if (state === "saved" && !isDirty) unsent = {};
    if (state !== "later" && !isDirty) say(state, text);
    if (state !== "later") continue;
    isDirty = true;
    say("retrying");
    await new Promise((go) => setTimeout(go, 1000 * Math.min(LONGEST, 2 ** Math.min(tries++, 4)) * (0.5 + Math.random() / 2)));
  }
  isBusy = false;
  keep();
}

// A form that came by the stream, or with a reload, shows what this phone has touched.
function restore() {
  const place = form();
  if (!place || seen.has(place)) return;
  seen.add(place);
  for (const field of place.elements) {
    if (!(field.name in touched)) continue;
    if (field.type === "radio") field.checked = field.value === touched[field.name];
    else field.value = touched[field.name];
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.type !== "radio" || target.form !== form() || !target.form) return;
  touch(target.name, target.value);
  send(target.form.action);
});
document.addEventListener("input", ({ target }) => {
  if (target.id === "better" && target.form === form() && !isBusy) say("changed");
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-feedback]")) return;
  event.preventDefault();
  touch("better", event.target.elements.better.value);
  send(event.target.action);
});
document.addEventListener("lunchkit:swapped", () => {
  // where the page came for feedback alone, it knows nothing of votes
  if (!form() && document.querySelector("[data-afterwards] :is([data-ballot], [data-questions])")) location.reload();
  restore();
});
if (form()) {
  // What was tapped while this file was on its way.
  for (const { checked, defaultChecked, name, value } of form().elements)
    if (checked && !defaultChecked) touched[name] = value;
  touched = { ...recall(), ...touched };
  unsent = { ...touched };
  restore();
  if (Object.keys(touched).length) send(form().action);
}
