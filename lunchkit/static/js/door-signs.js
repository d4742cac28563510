// The lines around the camera: who is in, how many seats are free, what waits, whom somebody must look into.
// [data-count="present|expected|free|walk_ins"], [data-link-is="on|off|out|shut"], [data-owed="{n} …"], [data-last] (the last one in, and an undo),
// [data-soon-out="… {time} …"] (the session's last hour),
// <ul data-conflicts data-words="JSON"> with <template data-conflict>; its button posts or forgets.
import { time } from "./door-clock.js";
import { house, places as houses } from "./door-house.js";
import { ledger } from "./door-ledger.js";
import { announce, root } from "./door-root.js";
import { csrfToken, round } from "./door-send.js";

const all = (name) => document.querySelectorAll(`[data-${name}]`);
const list = document.querySelector("[data-conflicts]");
const soonOut = document.querySelector("[data-soon-out]"),
  SOON = 3_600_000;
const WORDS = JSON.parse(list.dataset.words);
let last;

function draw() {
  const link = root.dataset.link;
  for (const place of all("link-is")) place.hidden = place.dataset.linkIs !== link;
  const owed = ledger.queue.length;
  for (const place of all("owed")) {
    const words = owed === 1 ? place.dataset.one : place.dataset.owed.replace("{n}", owed);
    if (place.textContent !== words) place.textContent = words;
    place.hidden = owed === 0;
  }
  if (ledger.counts) for (const place of all("count")) place.textContent = counted()[place.dataset.count];
  for (const place of all("needs-names")) place.hidden = ledger.hasNames || !ledger.people.length;
  for (const place of houses) place.textContent = house();
  const until = ledger.signedInUntil;
  soonOut.hidden = link !== "on" || !until || until - Date.now() > SOON;
  if (!soonOut.hidden)
    soonOut.querySelector("span").textContent = soonOut.dataset.soonOut.replace("{time}", time(until));
  const lines = [...ledger.conflicts.map(flagged), ...ledger.held.map(held)];
  list.replaceChildren(...lines);
  list.closest("section").hidden = !lines.length;
}

// The server's counts, and those of ours that it has not heard of.
function counted() {
  let present = 0;
  for (const { people } of ledger.arrivals.values()) present += people;
  for (const { record } of ledger.queue) if (record.walk_in && record.let_in) present += 1;
  return { ...ledger.counts, present };
}

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

root.addEventListener("door:changed", draw);
root.addEventListener("door:told", ({ detail }) => {
  if (!["in", "undone"].includes(detail.word)) return;
  last = detail.word === "in" && detail.of ? detail : undefined;
  const place = document.querySelector("[data-last]");
  place.hidden = !last;
  place.querySelector("[data-who]").textContent = last?.who ?? "";
});
document.querySelector("[data-last] button").addEventListener("click", () => announce("wish", { undoes: last.of }));
