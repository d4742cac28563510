// Saves a form while somebody writes in it, and says no more than is true. What is on its way is sent again, unchanged,
// until the server has answered: a save whose answer was lost is never taken for somebody else's. Buttons wait for it;
// who goes on writing meanwhile stays on the page.
// <form data-autosave data-saving="words" data-saved data-unsaved data-waits data-offline data-later data-adrift data-signed-out
// data-wrong data-refused data-look data-enter data-door="address"> with [name=version] and [data-line]; data-typed where it
// came back unsaved. Tells the files beside it "lunchkit:sending" and "lunchkit:saved" with the text, and "lunchkit:overtaken"
// with what somebody else wrote: then it waits for a button, which puts this text in the place of the other.
const form = document.querySelector("form[data-autosave]");
const line = form.querySelector("[data-line]"),
  words = form.dataset,
  { version, csrf_token: token } = form.elements;
const PAUSE = 1_500,
  LONGEST = 30_000,
  PATIENCE = 20_000,
  MOST_KEPT_ALIVE = 60_000;
const HELD = ["offline", "later", "adrift", "signedOut"]; // states in which a save waits
const own = ([name, value]) => typeof value === "string" && !/^(csrf_token|version)$/.test(name);
const text = () => new URLSearchParams([...new FormData(form)].filter(own)).toString();
const tell = (what, detail) => form.dispatchEvent(new CustomEvent(`lunchkit:${what}`, { detail }));
function go() {
  clearTimeout(timer);
  running ??= save().finally(() => {
    running = undefined;
  });
  return running;
}
let isStopped = document.querySelector("[data-theirs]:not([hidden])") !== null,
  newest = version.value;
let saved = "typed" in words ? "" : text();
let running,
  timer,
  wake,
  leaving,
  said,
  passes = false;
if (form.querySelector("[aria-invalid=true]")) words.state = "wrong"; // as the page was opened

function say(state, more, href, textContent = words.look) {
  said = [state, more, href, textContent];
  words.state = state;
  line.textContent = [words[state], more, leaving && HELD.includes(state) && words.waits].filter(Boolean).join(" ");
  if (href) line.append(" ", Object.assign(document.createElement("a"), { href, textContent }));
}

async function post(sent) {
  const body = new URLSearchParams(sent),
    headers = { Accept: "application/json" };
  body.set("version", version.value);
  body.set("csrf_token", token.value);
  const keepalive = document.hidden && sent.length < MOST_KEPT_ALIVE,
    signal = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers, keepalive, signal });
    const told = await answer.json().catch(() => undefined);
    return { status: told || !answer.ok ? answer.status : 0, told }; // the page of a hotspot is no answer of ours
  } catch {
    return { status: 0 };
  }
}

async function deliver(sent) {
  tell("sending", sent);
  for (let tries = 0; ; tries++) {
    const answer = await post(sent),
      isOut = [400, 401, 403].includes(answer.status);
    if (![0, 408, 429].includes(answer.status) && answer.status < 500 && !isOut) return answer;
    if (isOut) say("signedOut", "", words.door, words.enter);
    else if (words.kept) say(answer.told ? "later" : "offline", answer.told?.error);
    else say("adrift");
    const pause = Math.min(LONGEST, 1_000 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);
    await new Promise((done) => {
      wake = done;
      setTimeout(done, pause);
    });
  }
}

async function save() {
  while (!isStopped && text() !== saved) {
    say("saving");
    const sent = text(),
      { status, told } = await deliver(sent),
      isLatest = text() === sent;
    if (told?.wrong?.length && !isLatest) continue;
    if (told?.wrong?.length) return say("wrong", told.wrong.join(", "));
    if (status !== 200) {
      isStopped = true;
      newest = told?.version ?? version.value;
      tell("overtaken", told);
      return say("stopped", told?.error ?? words.refused, told?.theirs?.length && "#theirs");
    }
    tell("saved", sent);
    newest = version.value = told.version;
    saved = sent;
    say(isLatest ? "saved" : "unsaved");
  }
}

function stay(event) {
  if (!leaving || event.target.type === "submit") return;
  if (leaving.value === "next") stop(); // also a page that is already on its way
  leaving = undefined;
  if (running) say(...said);
}

for (const sign of ["input", "focusin"]) form.addEventListener(sign, stay);
form.addEventListener("input", () => {
  if (isStopped || running || text() === saved) return;
  say("unsaved");
  clearTimeout(timer);
  timer = setTimeout(go, PAUSE);
});
form.addEventListener("submit", async (event) => {
  const stays = event.submitter?.value === "save" && words.state !== "wrong";
  leaving = stays ? undefined : event.submitter;
  if (passes || (!stays && !running && text() === saved)) return;
  event.preventDefault();
  wake?.();
  version.value = newest;
  isStopped = false;
  await go();
  if (isStopped || (text() !== saved && words.state !== "wrong")) return;
  if (stays && words.state !== "wrong") return say("saved");
  if (!stays && leaving !== event.submitter) return;
  passes = true; // also where a field is wrong: the page comes back with the error beside it
  form.requestSubmit(event.submitter);
  passes = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  go();
});
addEventListener("online", () => wake?.());
document.addEventListener("visibilitychange", () => (document.hidden ? go() : wake?.()));
