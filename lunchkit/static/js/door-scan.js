// One act at the door, from the wish to the word on the screen. It lies on the disk before anything else happens.
// Event on the root element: door:wish, detail { ticket | id | walk_in | undoes | corrects, gives_seat, makes_room, anyway, people }.
// With network the server's word counts; without, or where it does not come in time, this phone decides by its list.
import { judge } from "./door-judge.js";
import { doorName } from "./door-keep.js";
import { ledger } from "./door-ledger.js";
import { root } from "./door-root.js";
import { round } from "./door-send.js";
import { show } from "./door-verdict.js";

const PATIENCE = 2_500;

root.addEventListener("door:wish", ({ detail }) => act(detail).catch(() => show({ word: "lost" })));

async function act({ anyway, ...wish }) {
  await ledger.ready;
  const record = { nonce: nonce(), at: Date.now(), door: doorName(), ...wish };
  const entry = { record };
  if (wish.undoes || wish.corrects) return mend(entry);
  const presumed = judge(wish);
  const isAsked = !["off", "out", "shut"].includes(root.dataset.link) && !anyway;
  if (isAsked) {
    show({ ...presumed, word: "asking" });
    const told = await ask(entry);
    if (told) return show({ ...told, wish, isChecked: true });
  }
  const isIn = presumed.word === "in" || anyway || wish.makes_room; // who was let in all the same is inside by now
  if (!isIn) {
    if (entry.order) await ledger.drop(entry);
    return show({ ...presumed, wish });
  }
  record.let_in = true;
  await (entry.order ? ledger.amend(entry) : ledger.add(entry));
  show({ ...presumed, word: "in", of: record.nonce, wish });
  round();
}

// An undo, or another number of people: seen at once, told when the server can be reached.
async function mend(entry) {
  const before = [...ledger.arrivals.values()].find(({ of }) => of === (entry.record.undoes ?? entry.record.corrects));
  await ledger.add(entry);
  round();
  const person = ledger.byId.get(before?.id) ?? {};
  const { who, seats } = person;
  if (entry.record.undoes) show({ word: "undone", who, isChecked: true });
  else show({ ...before, who, seats, people: entry.record.people, word: "in", isChecked: root.dataset.link === "on" });
}

async function ask(entry) {
  const answer = new Promise((resolve) => (entry.heard = resolve));
  await ledger.add(entry);
  round();
  return Promise.race([answer, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
