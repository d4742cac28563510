// One act at the door, from the wish to the word on the screen. It lies on the disk before anything else happens.
// Event on the root element: door:wish, detail { ticket | id | walk_in | undoes | corrects, gives_seat, makes_room, anyway, people }.
// With network the server's word counts; without, or where it does not come in time, this phone decides by its list.
const root = document.querySelector("[data-door]");
const { ledger } = root;
const PATIENCE = 2_500;

root.addEventListener("door:wish", ({ detail }) => act(detail).catch(() => root.show({ word: "lost" })));

async function act({ anyway, ...wish }) {
  await ledger.ready;
  const record = { nonce: nonce(), at: Date.now(), door: root.doorName(), ...wish };
  const entry = { record };
  if (wish.undoes || wish.corrects) return mend(entry);
  const presumed = root.judge(wish);
  const isAsked = !["off", "out", "shut"].includes(root.dataset.link) && !anyway;
  if (isAsked) {
    root.show({ ...presumed, word: "asking" });
    const told = await ask(entry);
    if (told) return root.show({ ...told, wish, isChecked: true });
  }
  const isIn = presumed.word === "in" || anyway || wish.makes_room; // who was let in all the same is inside by now
  if (!isIn) {
    if (entry.order) await ledger.drop(entry);
    return root.show({ ...presumed, wish });
  }
  record.let_in = true;
  await (entry.order ? ledger.amend(entry) : ledger.add(entry));
  root.show({ ...presumed, word: "in", of: record.nonce, wish });
  root.round();
}

// An undo, or another number of people: seen at once, told when the server can be reached.
async function mend(entry) {
  const before = [...ledger.arrivals.values()].find(({ of }) => of === (entry.record.undoes ?? entry.record.corrects));
  await ledger.add(entry);
  root.round();
  const person = ledger.byId.get(before?.id) ?? {};
  const { who, seats } = person;
  if (entry.record.undoes) root.show({ word: "undone", who, isChecked: true });
  else root.show({ ...before, who, seats, people: entry.record.people, word: "in", isChecked: root.dataset.link === "on" });
}

async function ask(entry) {
  const answer = new Promise((resolve) => (entry.heard = resolve));
  await ledger.add(entry);
  root.round();
  return Promise.race([answer, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
