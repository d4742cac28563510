// Supports an audience question by a tap, without leaving the page.
// <form data-supports> whose buttons are whole rows. After a swap this phone's rows are pressed again.
import { send } from "./questions-send.js";

const mine = new Set(); // the rows that this phone supports: as its own page said, and as it tapped since

function press(button, isOn) {
  button.setAttribute("aria-pressed", isOn);
  button.value = isOn ? "0" : "1";
}

async function support(button) {
  const { id } = button.parentElement,
    on = button.value;
  button.setAttribute("aria-busy", "true");
  if (await send(button.formAction, { on }, "[data-supports]")) on === "1" ? mine.add(id) : mine.delete(id);
  const now = document.getElementById(id)?.firstElementChild; // the row may have been swapped meanwhile
  now?.removeAttribute("aria-busy");
  if (now) press(now, mine.has(id));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-supports]")) return;
  event.preventDefault();
  const button = event.submitter;
  if (button && !button.hasAttribute("aria-busy")) support(button);
});
document.addEventListener("lunchkit:swapped", () => {
  for (const button of document.querySelectorAll("[data-supports] button"))
    press(button, mine.has(button.parentElement.id));
});
for (const row of document.querySelectorAll("[data-supports] [aria-pressed=true]")) mine.add(row.parentElement.id);
