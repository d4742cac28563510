// Saves a form while somebody writes in it: <form data-autosave> with [name=version]; data-typed where it came back unsaved.
// A button waits for the save; a person who goes on writing meanwhile stays on the page.
// Events on the form: "lunchkit:sending" and "lunchkit:saved" with the text, and "lunchkit:overtaken" with what another
// person wrote: then saving stops until a button puts this text in the place of the other.
import { deliver, hurry } from "./autosave-deliver.js";
import { form, leaveBy, leaving, say, sayAgain, version, words } from "./autosave-line.js";
import { textOf } from "./form-text.js";

const PAUSE = 1_500;
const text = () => textOf(form);
const tell = (what, detail) => form.dispatchEvent(new CustomEvent(`lunchkit:${what}`, { detail }));
let isStopped = document.querySelector("[data-theirs]:not([hidden])") !== null,
  newest = version.value,
  saved = "typed" in words ? "" : text(),
  passes = false;
let running, timer;
if (form.querySelector("[aria-invalid=true]")) words.state = "wrong"; // as the page was opened

function go() {
  clearTimeout(timer);
  running ??= save().finally(() => {
    running = undefined;
  });
  return running;
}

async function save() {
  while (!isStopped && text() !== saved) {
    say("saving");
    const sent = text();
    tell("sending", sent);
    const { status, told } = await deliver(sent),
      isLatest = text() === sent;
    if (told?.wrong?.length && !isLatest) continue;
    if (told?.wrong?.length) return say("wrong", told.wrong.join(", "));
    if (status !== 200) return overtaken(told);
    tell("saved", sent);
    newest = version.value = told.version;
    saved = sent;
    say(isLatest ? "saved" : "unsaved");
  }
}

function overtaken(told) {
  isStopped = true;
  newest = told?.version ?? version.value;
  tell("overtaken", told);
  say("stopped", told?.error ?? words.refused, told?.theirs?.length && "#theirs");
}

function stay(event) {
  if (!leaving || event.target.type === "submit") return;
  if (leaving.value === "next") stop(); // also a page that is already on its way
  leaveBy(undefined);
  if (running) sayAgain();
}

for (const sign of ["input", "focusin"]) form.addEventListener(sign, stay);
form.addEventListener("input", () => {
  if (isStopped || running || text() === saved) return;
  say("unsaved");
  clearTimeout(timer);
  timer = setTimeout(go, PAUSE);
});
form.addEventListener("submit", async (event) => {
  if (event.submitter?.formTarget) return; // a look at it, in another tab
  const stays = event.submitter?.value === "save" && words.state !== "wrong";
  leaveBy(stays ? undefined : event.submitter);
  if (passes || (!stays && !running && text() === saved)) return;
  event.preventDefault();
  hurry();
  version.value = newest;
  isStopped = false;
  await go();
  if (isStopped || (text() !== saved && words.state !== "wrong")) return;
  if (stays && words.state !== "wrong") return say("saved");
  if (!stays && leaving !== event.submitter) return;
  passes = true; // also where a field is wrong: the page comes back with the error beside it
  form.requestSubmit(event.submitter);
  passes = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  go();
});
addEventListener("online", hurry);
document.addEventListener("visibilitychange", () => (document.hidden ? go() : hurry()));
