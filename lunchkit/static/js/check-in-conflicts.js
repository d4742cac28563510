// Whom phones without network let in although the server would not have: somebody looks into it, and ticks it off.
// <ul data-conflicts data-words="JSON"> with <template data-conflict>; its button posts, or deletes what only this phone knows.
import { ledger } from "./check-in-ledger.js";
import { root, time } from "./check-in-root.js";
import { round } from "./check-in-send.js";
import { csrfToken } from "./check-in-server.js";

const list = document.querySelector("[data-conflicts]");
const WORDS = JSON.parse(list.dataset.words);

root.addEventListener("check-in:changed", () => {
  const lines = [...ledger.conflicts.map(flagged), ...ledger.held.map(held)];
  list.replaceChildren(...lines);
  list.closest("section").hidden = !lines.length;
});

function flagged(one) {
  const words = WORDS[one.word] ?? WORDS.cancelled;
  return line(fill(words, one), () => settle(one));
}

function held(entry) {
  const { record, answer } = entry;
  const words = WORDS[record.walk_in ? "full" : answer.word] ?? WORDS.unknown;
  return line(
    fill(words, { who: record.walk_in?.name ?? "", at: record.at, door: record.door, lunch: answer.lunch }),
    () => ledger.drop(entry),
  );
}

function fill(words, { who, at, door, first_at, first_door, lunch }) {
  const values = { who, door, first_door, lunch, time: time(at), first_time: time(first_at) };
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "").replaceAll(" ()", "");
}

function line(words, done) {
  const part = document.querySelector("template[data-conflict]").content.cloneNode(true);
  part.querySelector("[data-words-here]").textContent = words;
  part.querySelector("button").addEventListener("click", done, { once: true });
  return part;
}

async function settle({ scan }) {
  const body = new URLSearchParams({ csrf_token: csrfToken() });
  await fetch(root.dataset.settle.replace("/0/", `/${scan}/`), { method: "POST", body, redirect: "manual" }).catch(
    () => {},
  );
  round();
}
