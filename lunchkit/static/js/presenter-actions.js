// Sends what the organiser does at the projector to the server, and asks first where it must be asked.
// <nav class="bar" data-step="/…" data-blank="/…" …> holds the addresses and the words.
const bar = document.querySelector(".bar");
const told = document.querySelector("[data-told]");
const token = document.querySelector("meta[name=csrf-token]").content;
let busyWith = "";
let toldUntil;

function tell(text) {
  told.textContent = text;
  told.hidden = false;
  clearTimeout(toldUntil);
  toldUntil = setTimeout(() => (told.hidden = true), 6000);
}

async function send(act, fields) {
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
};
export const act = (name) => (ACTS[name] ?? (() => send(name)))();
