// The word, over the whole screen: its colour, its mark, and what to do next.
// <dialog data-verdict></dialog>, and one <template data-word="in"> for each word. In it: [data-fill="who|place|lunch|people|house"],
// [data-since="since {time}, {door}"], [data-when="checked|unchecked|party|missing|seat|no-seat|room|no-room"] which show only then,
// [data-does="undo|seat|room|anyway|rest|rejoin|next"] which are buttons, and [data-party] which gets one for each number of people.
// data-asks on the dialog says that there is more to press than «next».
import { applies, fullText, requestOf } from "./check-in-decide.js";
import { announce, root, time } from "./check-in-root.js";

const dialog = document.querySelector("[data-verdict]");
const STAYS = 5_000;
let shown, timer;

export function show(told) {
  shown = told;
  const part = document.querySelector(`template[data-word="${told.word}"]`).content.cloneNode(true);
  for (const place of part.querySelectorAll("[data-fill]")) place.textContent = told[place.dataset.fill] ?? "";
  for (const place of part.querySelectorAll("[data-since]")) place.textContent = since(place.dataset.since);
  for (const place of part.querySelectorAll("[data-party]")) place.append(...numbers());
  dialog.replaceChildren(part);
  arrange();
  dialog.dataset.shows = told.word;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-close]")?.focus();
  clearTimeout(timer);
  if (told.word === "undone" || (told.word === "in" && told.seats < 2)) timer = setTimeout(() => dialog.close(), STAYS);
  if (told.word !== "asking") announce("told", told);
}

// What depends on free seats: one may come free while the answer is shown.
function arrange() {
  for (const place of dialog.querySelectorAll("[data-fill=house]")) place.textContent = fullText();
  for (const place of dialog.querySelectorAll("[data-when]")) place.hidden = !applies(place.dataset.when, shown);
  const choices = [...dialog.querySelectorAll(".acts [data-does], [data-party] button")];
  dialog.toggleAttribute(
    "data-asks",
    choices.some((one) => !one.closest("[hidden]")),
  );
}

function since(words) {
  const { at, door, people, seats } = shown;
  const filled = words.replace("{time}", time(at)).replace("{door}", door ?? "");
  return filled
    .replace("{people}", people)
    .replace("{seats}", seats)
    .replace(/[\s,·]+$/, "");
}

function numbers() {
  return Array.from({ length: shown.seats ?? 1 }, (_, index) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button secondary", textContent: index + 1 });
    button.dataset.does = "party";
    button.dataset.people = index + 1;
    if (index + 1 === shown.people) button.setAttribute("aria-pressed", "true");
    return button;
  });
}

dialog.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-does]");
  const request = requestOf(button, shown);
  if (request) announce("ask", request);
  else if (shown.word !== "asking") dialog.close();
});
root.addEventListener("check-in:changed", () => shown && dialog.open && arrange());
dialog.addEventListener("close", () => clearTimeout(timer));
