// This phone's newest answer. It is kept until the server has answered.
import { load, save } from "./storage.js";

const STORE = "lunchkit-ballot";
export let ballot = load("sessionStorage", STORE); // { key, turn, url, answer, tries, why }; no answer once it is sent

export function keep(next) {
  ballot = next;
  save("sessionStorage", STORE, ballot);
}

// The number of this phone's next answer: one counter for all of its tabs.
export function nextTurn(key, least) {
  const last = load("localStorage", STORE);
  const turn = last?.key === key ? Math.max(least, last.turn + 1) : least;
  save("localStorage", STORE, { key, turn });
  return turn;
}
