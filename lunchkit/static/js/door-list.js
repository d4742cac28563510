// Without network, <a data-whole href="…"> opens the list here, from what this phone knows: its page would be this one again.
// While somebody searches, data-searching on the door makes the camera small: what is found stands above the keyboard.
import { root } from "./door-root.js";
import { listAll } from "./door-search.js";

const whole = document.querySelector("[data-whole]");

whole.addEventListener("click", (event) => {
  if (root.dataset.link !== "off") return;
  event.preventDefault();
  listAll();
});
if (location.pathname === new URL(whole.href).pathname) listAll(); // the network went on the way there

document.querySelector("[data-search] input").addEventListener("focus", () => (root.dataset.searching = ""));
root.addEventListener("door:told", () => delete root.dataset.searching);
document.querySelector("[data-start]").addEventListener("click", () => delete root.dataset.searching);
