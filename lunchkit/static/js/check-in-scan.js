// One scan, from the request to the word on the screen. It is written to the disk before anything else happens.
// Event on the root: check-in:ask, detail { ticket | id | walk_in | undoes | corrects, gives_seat, makes_room, anyway, people }.
// With network the server's word counts; without, or where it does not come in time, this phone decides by its list.
import { decide } from "./check-in-decide.js";
import { ledger } from "./check-in-ledger.js";
import { personOf } from "./check-in-people.js";
import { root } from "./check-in-root.js";
import { round } from "./check-in-send.js";
import { doorName } from "./check-in-settings.js";
import { show } from "./check-in-verdict.js";

const TIME_OUT = 2_500;

root.addEventListener("check-in:ask", ({ detail }) => act(detail).catch(() => show({ word: "lost" })));

async function act({ anyway, ...request }) {
  await ledger.ready;
  const record = { nonce: nonce(), at: Date.now(), door: doorName(), ...request };
  const entry = { record };
  if (request.undoes || request.corrects) return mend(entry);
  const presumed = decide(request);
  const isAsked = !["off", "out", "shut"].includes(root.dataset.link) && !anyway;
  if (isAsked) {
    show({ ...presumed, word: "asking" });
    const told = await ask(entry);
    if (told) return show({ ...told, request, isChecked: true });
  }
  const isIn = presumed.word === "in" || anyway || request.makes_room; // who was let in all the same is inside by now
  if (!isIn) {
    if (entry.order) await ledger.drop(entry);
    return show({ ...presumed, request });
  }
  record.let_in = true;
  await (entry.order ? ledger.amend(entry) : ledger.add(entry));
  show({ ...presumed, word: "in", of: record.nonce, request });
  round();
}

// An undo, or another number of people: seen at once, told when the server can be reached.
async function mend(entry) {
  const before = [...ledger.arrivals.values()].find(({ of }) => of === (entry.record.undoes ?? entry.record.corrects));
  await ledger.add(entry);
  round();
  const person = personOf({ id: before?.id }) ?? {};
  const { who, seats } = person;
  if (entry.record.undoes) show({ word: "undone", who, isChecked: true });
  else show({ ...before, who, seats, people: entry.record.people, word: "in", isChecked: root.dataset.link === "on" });
}

async function ask(entry) {
  const answer = new Promise((resolve) => (entry.heard = resolve));
  await ledger.add(entry);
  round();
  return Promise.race([answer, new Promise((resolve) => setTimeout(resolve, TIME_OUT))]);
}

function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
