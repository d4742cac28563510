// Where every seat is given: how many people are missing, and how many wait. <p data-house="JSON"> holds the words.
import { ledger } from "./check-in-ledger.js";

export const places = document.querySelectorAll("[data-house]");
const WORDS = JSON.parse(places[0].dataset.house);

function counted(name, number) {
  if (!number) return "";
  return number === 1 ? WORDS[`${name}_one`] : WORDS[name].replace("{n}", number);
}

export function fullText() {
  const { free = 1, absent, waiting } = ledger.counts ?? {};
  if (free > 0) return "";
  return [WORDS.full, counted("absent", absent), counted("waiting", waiting)].filter(Boolean).join(" ");
}
