// Votes without leaving the page: <section data-ballot="key"><form class="ballot" data-missing="words when it is empty">.
// The newest answer counts.
import { fill } from "./ballot-fill.js";
import { ballot, keep, nextTurn } from "./ballot-kept.js";
import { hurry, send } from "./ballot-send.js";
import { ballotOf, dropOld, mark, page, sayAgain } from "./ballot-status.js";

const DWELL = 900;
const known = new WeakSet(); // the ballots on the page whose next number is ours
let tapped, isTyping;

function vote(form, submitter) {
  const place = form.closest("[data-ballot]");
  const data = new FormData(form);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  const least = Number(data.get("turn"));
  data.delete("turn");
  const answer = new URLSearchParams(data).toString(),
    key = place.dataset.ballot;
  const isPressed = submitter?.name && submitter === place.querySelector("[aria-pressed=true]");
  if (isPressed && place.dataset.sent === "saved") return; // the server has it
  if (ballot?.answer !== answer || ballot.key !== key)
    keep({ key, turn: nextTurn(key, least), url: form.action, answer, tries: 0 });
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) input.value = ballot.turn + 1;
  if (submitter?.value === "0") fill(place, new URLSearchParams(answer));
  send();
}

// After loading and after a swap: the number of the next answer, and an answer that is still on its way.
function restore() {
  dropOld();
  const place = ballot && ballotOf(ballot.key);
  if (!place || known.has(place)) return;
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) {
    if (Number(input.value) > ballot.turn) return keep(null); // the server has this answer, or a newer one
    input.value = ballot.turn + 1;
  }
  if (!ballot.answer) return;
  fill(place, new URLSearchParams(ballot.answer));
  sayAgain();
}

// A tap is a vote; a person who goes through the choices with the arrow keys gets a moment.
function tap(input) {
  clearTimeout(tapped);
  const go = () => input.isConnected && input.checked && vote(input.form);
  if (isTyping) tapped = setTimeout(go, DWELL);
  else go();
}

function change({ target }) {
  if (target.closest(".taps")) return tap(target);
  const place = target.closest("[data-sent=saved], [data-sent=missing]");
  if (place && target.closest(".ballot")) mark(place, "changed", page.dataset.changed);
}

// Whether there is nothing to send: then the page says at once what is missing.
function lacks(form) {
  const { missing } = form.dataset;
  const own = (name) => !["poll", "turn"].includes(name);
  if (!missing || [...new FormData(form)].some(([name, value]) => own(name) && value.trim())) return false;
  mark(form.closest("[data-ballot]"), "missing", missing);
  form.querySelector("input:not([type=hidden]), textarea")?.focus();
  return true;
}

page?.addEventListener("submit", (event) => {
  const form = event.target.closest("form.ballot");
  if (!form || event.submitter === undefined) return; // a browser that does not tell the button sends the form itself
  event.preventDefault();
  clearTimeout(tapped);
  if (!lacks(form)) vote(form, event.submitter);
});
page?.addEventListener("input", change);
page?.addEventListener("keydown", () => (isTyping = true));
page?.addEventListener("pointerdown", () => (isTyping = false));
page?.addEventListener("lunchkit:swapped", restore);
if (page) restore();
hurry();
