// Says how the saving of a form goes: <form data-autosave data-saving="words" data-saved data-unsaved data-waits data-offline
// data-later data-adrift data-signed-out data-wrong data-refused data-look> with [data-line]. data-state has the state.
export const form = document.querySelector("form[data-autosave]");
export const words = form.dataset;
export const { version, csrf_token: token } = form.elements;
export let leaving; // the button that waits for the save
const line = form.querySelector("[data-line]");
const WAITING = ["offline", "later", "adrift", "signedOut"]; // states in which a save waits
let said = [];

export function say(state, more, href, textContent = words.look) {
  said = [state, more, href, textContent];
  words.state = state;
  line.textContent = [words[state], more, leaving && WAITING.includes(state) && words.waits].filter(Boolean).join(" ");
  if (href) line.append(" ", Object.assign(document.createElement("a"), { href, textContent }));
}

export const sayAgain = () => say(...said);

export function leaveBy(button) {
  leaving = button;
}
