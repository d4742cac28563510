// Sends ballots without leaving the page. An answer is kept until the server has answered, and is sent again after a
// growing random pause; the newest counts, and what comes late of an older one changes nothing on the page.
// <section data-ballot="key"><form class="ballot">; the words stand in data- attributes of [data-stream].
const STORE = "lunchkit-ballot",
  LONGEST = 15,
  TIMEOUT = 12_000,
  DWELL = 900;
const page = document.querySelector("[data-stream]"),
  note = document.querySelector("[data-note]");
let ballot = recall(); // { key, turn, url, answer, tries }; without answer once the server has had its say
let shown; // { key, choice, state, text }: what the page says of it
let busy, again, tapped, isTyping;
const known = new WeakSet(); // the forms on the page whose number of the next answer is ours

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return null;
  }
}

function keep() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(ballot));
  } catch {
    // a browser that keeps nothing: the answer lives as long as this page
  }
}

// The number of this phone's next answer, the same counter for all of its tabs.
function count(key, least) {
  let turn = least;
  try {
    const last = JSON.parse(localStorage.getItem(STORE));
    if (last?.key === key) turn = Math.max(least, last.turn + 1);
    localStorage.setItem(STORE, JSON.stringify({ key, turn }));
  } catch {
    // a browser that keeps nothing: each tab counts for itself
  }
  return turn;
}

const home = (key) => page.querySelector(`[data-ballot="${CSS.escape(key)}"]`);
const pressed = (place) => place.querySelector("[aria-pressed=true]");

function vote(form, submitter) {
  const place = form.closest("[data-ballot]");
  const data = new FormData(form);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  const least = Number(data.get("turn"));
  data.delete("turn");
  const answer = new URLSearchParams(data).toString();
  if (submitter?.name && submitter === pressed(place) && place.dataset.sent === "saved") return; // it is there already
  const isNew = ballot?.answer !== answer || ballot.key !== place.dataset.ballot;
  const turn = isNew ? count(place.dataset.ballot, least) : ballot.turn;
  if (isNew) ballot = { key: place.dataset.ballot, turn, url: form.action, answer, tries: 0 };
  keep();
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) input.value = turn + 1;
  if (submitter?.value === "0") fill(place, new URLSearchParams(answer)); // but what was typed may be sent yet
  send();
}

async function send() {
  clearTimeout(again);
  busy?.abort();
  const sent = ballot;
  const mine = (busy = new AbortController());
  const limit = setTimeout(() => mine.abort(), TIMEOUT);
  say(sent.tries ? "retrying" : "sending", sent.why);
  let status = 0,
    text = "";
  try {
    const body = new URLSearchParams(sent.answer);
    body.set("turn", sent.turn);
    const headers = { Accept: "application/json" };
    const answer = await fetch(sent.url, { method: "POST", body, headers, signal: mine.signal, keepalive: true });
    status = answer.status;
    if (!answer.ok) text = (await answer.json()).error;
  } catch {
    // no network, no answer in time, or words that are not the server's
  }
  clearTimeout(limit);
  if (busy !== mine) return; // something newer is on its way
  if (status === 0 || status === 408 || status === 429 || status >= 500) return wait(status === 429 ? text : "");
  if (status === 409 && sent.tries) text = ""; // an earlier try may have arrived: the page does not claim to know
  say(status < 300 ? "saved" : status === 409 ? "late" : "refused", text);
  ballot = { key: sent.key, turn: sent.turn };
  keep();
}

// Tries again by itself; why: the words of a server that lets this phone wait.
function wait(why) {
  ballot.why = why;
  const pause = Math.min(LONGEST, 2 ** Math.min(ballot.tries++, 4)) * (0.5 + Math.random() / 2);
  keep();
  say("retrying", why);
  again = setTimeout(send, 1000 * pause);
}

function hurry() {
  if (ballot?.answer && !document.hidden) send();
}

function say(state, text) {
  const choice = ["late", "refused"].includes(state) ? null : new URLSearchParams(ballot.answer).get("choice");
  const moves = choice !== shown?.choice && document.startViewTransition && !document.hidden;
  shown = { key: ballot.key, choice, state, text: text || page.dataset[state] };
  if (moves && !matchMedia("(prefers-reduced-motion: reduce)").matches)
    document.startViewTransition(show).ready.catch(() => {}); // the next tap came sooner
  else show();
}

// Paints what was said last, as the server paints it (polls/_ballot.html).
function show() {
  const place = home(shown.key);
  note.textContent = place ? "" : shown.text;
  if (!place) return;
  place.querySelector("[role=status]").textContent = shown.text;
  place.dataset.sent = shown.state;
  for (const button of place.querySelectorAll("button[name=choice]"))
    button.setAttribute("aria-pressed", button.value === shown.choice);
  for (const fields of place.querySelectorAll(".taps")) {
    for (const input of fields.querySelectorAll("input")) input.checked = input.value === shown.choice;
    fields.toggleAttribute("data-chosen", fields.querySelector(":checked") !== null);
  }
  place.querySelector("small")?.remove();
  const field = shown.state === "saved" && place.querySelector(".fields.taps :checked");
  if (field) field.after(Object.assign(document.createElement("small"), { textContent: page.dataset.voice }));
}

function fill(place, answer) {
  const seen = {};
  for (const field of place.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (answer.get("choice") === "0" && field.matches("textarea, [name=word]")) continue;
    const given = answer.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else field.value = given[(seen[field.name] = (seen[field.name] ?? -1) + 1)] ?? "";
  }
  place.dispatchEvent(new Event("lunchkit:filled", { bubbles: true }));
}

// What was said of a question that is gone: a no stays until the next one opens, the rest was said in time.
function carry() {
  if (ballot?.answer || !shown || home(shown.key)) return;
  const lasts = ["late", "refused"].includes(shown.state) && !page.querySelector("[data-ballot]");
  note.textContent = lasts ? shown.text : "";
  if (!lasts) shown = undefined;
}

// After loading and after a swap: the number of the next answer, and an answer that is still on its way.
function restore() {
  carry();
  const place = ballot && home(ballot.key);
  if (!place || known.has(place)) return;
  known.add(place);
  for (const input of place.querySelectorAll("[name=turn]")) {
    if (Number(input.value) > ballot.turn) return (ballot = null); // the server has this one, or a newer one
    input.value = ballot.turn + 1;
  }
  if (ballot.answer) fill(place, new URLSearchParams(ballot.answer));
  if (ballot.answer && shown) show();
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
  if (!place || !target.closest(".ballot")) return;
  place.dataset.sent = "changed";
  place.querySelector("[role=status]").textContent = page.dataset.changed;
}

// Whether there is nothing to send: then the page says at once what is missing.
function lacks(form) {
  const { missing } = form.dataset;
  const own = (name) => !["poll", "turn"].includes(name);
  if (!missing || [...new FormData(form)].some(([name, value]) => own(name) && value.trim())) return false;
  const place = form.closest("[data-ballot]");
  place.dataset.sent = "missing";
  place.querySelector("[role=status]").textContent = missing;
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
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
if (page) restore();
hurry();
