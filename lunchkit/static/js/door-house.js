// Of a full house: who is missing, and who waits. <p data-house="JSON"> holds the words.
import { ledger } from "./door-ledger.js";

export const places = document.querySelectorAll("[data-house]");
const WORDS = JSON.parse(places[0].dataset.house);

function counted(name, number) {
  if (!number) return "";
  return number === 1 ? WORDS[`${name}_one`] : WORDS[name].replace("{n}", number);
}

export function house() {
  const { free = 1, absent, waiting } = ledger.counts ?? {};
  if (free > 0) return "";
  return [WORDS.full, counted("absent", absent), counted("waiting", waiting)].filter(Boolean).join(" ");
}
