// Keeps the organiser's page about the room up to date: the count at once, all of it when anybody changed something.
// Sends its forms without leaving the page: place and focus stay. Without this file they are plain forms.
// <div data-stream="…" data-key> of live.js, with the projector's stream; [data-ballots] is the count.
// [data-unread] leads to the questions that wait, where there are any; its last element is their number.
// [data-few=5 data-ask=address] shows while the count is under it, and knows the page that asks before it is closed.
// [data-written=7]: the number of people who wrote something, as the page says; when it changes, the page is fetched again.
// <p data-told data-silent="words where no answer comes"> says why something was not done.
import { refresh, refreshAfter } from "./refresh-room.js";

const room = document.querySelector("[data-stream]");
const told = document.querySelector("[data-told]");
const PAUSE = 1_500;
let isSent = false;

room.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSent) return; // a second tap on the way would do the step after the next
  isSent = true;
  try {
    told.textContent = await send(event.target, event.submitter);
  } catch {
    told.textContent = told.dataset.silent;
  }
  await refresh();
  isSent = false;
});

// Why it was not done; nothing if it was.
async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const headers = { Accept: "application/json" },
    signal = AbortSignal.timeout(10_000);
  const answer = await fetch(url, { method: "POST", body, headers, signal });
  if (answer.redirected || answer.status === 401) location.reload(); // signed out meanwhile
  const { error = "", state } = await answer.json();
  const asks = state === "few" && room.querySelector("[data-ask]");
  if (asks) location.assign(asks.dataset.ask); // a page that asks first, as without this file
  return error;
}

room.addEventListener("lunchkit:message", ({ detail }) => {
  if (detail.ballots !== null)
    for (const place of room.querySelectorAll("[data-ballots]")) place.textContent = detail.ballots;
  for (const link of room.querySelectorAll("[data-unread]")) {
    link.hidden = !detail.unread;
    link.lastElementChild.textContent = detail.unread;
  }
  for (const why of room.querySelectorAll("[data-few]")) why.hidden = detail.ballots >= why.dataset.few;
  const known = room.dataset.key;
  room.dataset.key = detail.key; // so that live.js does not put the projector's picture here
  const isNew = detail.key !== known,
    written = room.querySelector("[data-written]")?.dataset.written;
  const isMore = written !== undefined && detail.ballots !== null && Number(written) !== detail.ballots;
  if (!known || !(isNew || isMore)) return;
  refreshAfter(isNew ? PAUSE : 2 * PAUSE);
});
