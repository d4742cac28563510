// The lines around the camera: who is in, how many seats are free, what waits.
// [data-count="present|expected|free|walk_ins"], [data-link-is="on|off|out|shut"], [data-owed="{n} …"], [data-last] (the last one in, and an undo),
// [data-soon-out="… {time} …"] (the session's last hour).

import { fullText, places } from "./check-in-decide.js";
import { ledger } from "./check-in-ledger.js";
import { people } from "./check-in-people.js";
import { announce, root, time } from "./check-in-root.js";

const all = (name) => document.querySelectorAll(`[data-${name}]`);
const soonOut = document.querySelector("[data-soon-out]"),
  SOON = 3_600_000;
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
  for (const place of all("needs-names")) place.hidden = people.hasNames || !people.list.length;
  for (const place of places) place.textContent = fullText();
  const until = ledger.signedInUntil;
  soonOut.hidden = link !== "on" || !until || until - Date.now() > SOON;
  if (!soonOut.hidden)
    soonOut.querySelector("span").textContent = soonOut.dataset.soonOut.replace("{time}", time(until));
}

// The server's counts, and those of ours that it has not heard of.
function counted() {
  let present = 0;
  for (const one of ledger.arrivals.values()) present += one.people;
  for (const { record } of ledger.queue) if (record.walk_in && record.let_in) present += 1;
  return { ...ledger.counts, present };
}

root.addEventListener("check-in:changed", draw);
root.addEventListener("check-in:told", ({ detail }) => {
  if (!["in", "undone"].includes(detail.word)) return;
  last = detail.word === "in" && detail.of ? detail : undefined;
  const place = document.querySelector("[data-last]");
  place.hidden = !last;
  place.querySelector("[data-who]").textContent = last?.who ?? "";
});
document.querySelector("[data-last] button").addEventListener("click", () => announce("ask", { undoes: last.of }));
