// Steers the projector from the keyboard, or with the bar that shows when the pointer moves.
// <template data-goes-on> in the slide: there is a next step.
// <button data-do="step"> of the bar does the same as its key.
import { act } from "./presenter-actions.js";

const KEYS = {
  " ": "step",
  ArrowRight: "step",
  PageDown: "step",
  n: "step",
  b: "blank",
  ".": "blank",
  f: "full",
  "?": "help",
}; // prettier-ignore
const bar = document.querySelector(".bar");
const letters = document.querySelector("[data-letters]");
let shownUntil;

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
  bar.querySelector("[data-do=step]").hidden = !document.querySelector("[data-goes-on]");
  if (!document.querySelector("[data-stage=open]")) document.getElementById("few").close(); // another person closed it
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
