// lunchkit/static/js/autosave.js
var form = document.querySelector("form[data-autosave]");
var line = form.querySelector("[data-line]");
var words = form.dataset;
var { version, csrf_token: token } = form.elements;
var PAUSE = 1500;
var LONGEST = 3e4;
var PATIENCE = 2e4;
var MOST_KEPT_ALIVE = 6e4;
var HELD = ["offline", "later", "adrift", "signedOut"];
var own = ([name, value]) => typeof value === "string" && !/^(csrf_token|version)$/.test(name);
var text = () => new URLSearchParams([...new FormData(form)].filter(own)).toString();
var tell = (what, detail) => form.dispatchEvent(new CustomEvent(`lunchkit:${what}`, { detail }));
function go() {
  clearTimeout(timer);
  running ??= save().finally(() => {
    running = void 0;
  });
  return running;
}
var isStopped = document.querySelector("[data-theirs]:not([hidden])") !== null;
var newest = version.value;
var saved = "typed" in words ? "" : text();
var running;
var timer;
var wake;
var leaving;
var said;
var passes = false;
if (form.querySelector("[aria-invalid=true]")) words.state = "wrong";
function say(state, more, href, textContent = words.look) {
  said = [state, more, href, textContent];
  words.state = state;
  line.textContent = [words[state], more, leaving && HELD.includes(state) && words.waits].filter(Boolean).join(" ");
  if (href) line.append(" ", Object.assign(document.createElement("a"), { href, textContent }));
}
async function post(sent) {
  const body = new URLSearchParams(sent), headers = { Accept: "application/json" };
  body.set("version", version.value);
  body.set("csrf_token", token.value);
  const keepalive = document.hidden && sent.length < MOST_KEPT_ALIVE, signal = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers, keepalive, signal });
    const told = await answer.json().catch(() => void 0);
    return { status: told || !answer.ok ? answer.status : 0, told };
  } catch {
    return { status: 0 };
  }
}
async function deliver(sent) {
  tell("sending", sent);
  for (let tries = 0; ; tries++) {
    const answer = await post(sent), isOut = [400, 401, 403].includes(answer.status);
    if (![0, 408, 429].includes(answer.status) && answer.status < 500 && !isOut) return answer;
    if (isOut) say("signedOut", "", words.door, words.enter);
    else if (words.kept) say(answer.told ? "later" : "offline", answer.told?.error);
    else say("adrift");
    const pause = Math.min(LONGEST, 1e3 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);
    await new Promise((done) => {
      wake = done;
      setTimeout(done, pause);
    });
  }
}
async function save() {
  while (!isStopped && text() !== saved) {
    say("saving");
    const sent = text(), { status, told } = await deliver(sent), isLatest = text() === sent;
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
  if (leaving.value === "next") stop();
  leaving = void 0;
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
  leaving = stays ? void 0 : event.submitter;
  if (passes || !stays && !running && text() === saved) return;
  event.preventDefault();
  wake?.();
  version.value = newest;
  isStopped = false;
  await go();
  if (isStopped || text() !== saved && words.state !== "wrong") return;
  if (stays && words.state !== "wrong") return say("saved");
  if (!stays && leaving !== event.submitter) return;
  passes = true;
  form.requestSubmit(event.submitter);
  passes = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  go();
});
addEventListener("online", () => wake?.());
document.addEventListener("visibilitychange", () => document.hidden ? go() : wake?.());

// lunchkit/static/js/show-others.js
var form2 = document.querySelector("form[data-autosave]");
var place = document.querySelector("[data-theirs]");
var make = (name, textContent) => Object.assign(document.createElement(name), { textContent });
form2.addEventListener("lunchkit:overtaken", ({ detail }) => {
  if (!detail?.theirs?.length) return;
  const lines = detail.theirs.flatMap(([label, text3]) => [make("dt", label), make("dd", text3)]);
  place.querySelector("dl").replaceChildren(...lines);
  place.hidden = false;
});
form2.addEventListener("lunchkit:saved", () => place.hidden = true);

// lunchkit/static/js/keep-text.js
var form3 = document.querySelector("form[data-autosave]");
var own2 = ([name, value]) => typeof value === "string" && !/^(csrf_token|version)$/.test(name);
var text2 = () => new URLSearchParams([...new FormData(form3)].filter(own2)).toString();
var filled = (text3) => JSON.stringify([...new URLSearchParams(text3)].filter(([, value]) => value));
var STORE = `lunchkit-text ${form3.getAttribute("action")}`;
var key = `${STORE} ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
var saved2 = text2();
var sending;
var cameBack = "typed" in form3.dataset;
function keep() {
  try {
    localStorage.setItem(key, JSON.stringify({ version: form3.elements.version.value, sending, text: text2() }));
    form3.dataset.kept = "yes";
  } catch {
    delete form3.dataset.kept;
  }
}
function putBack({ version: version2, sending: sending2 = "", text: left2 }) {
  const isWritten = filled(sending2) === filled(saved2);
  if (filled(left2) === filled(saved2)) return;
  if (!isWritten) form3.elements.version.value = version2;
  for (const tick of form3.querySelectorAll("[type=checkbox]")) tick.checked = false;
  for (const [name, value] of new URLSearchParams(left2)) {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name });
    const field = form3.elements[name] ?? form3.appendChild(hidden);
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  form3.dispatchEvent(new Event("input"));
}
form3.addEventListener("input", () => text2() !== saved2 && keep());
form3.addEventListener("lunchkit:sending", ({ detail }) => {
  sending = detail;
  keep();
});
form3.addEventListener("lunchkit:saved", ({ detail }) => {
  saved2 = detail;
  sending = void 0;
  localStorage.removeItem(key);
  if (text2() !== saved2) setTimeout(keep);
});
addEventListener("beforeunload", (event) => {
  if (text2() !== saved2 && !form3.dataset.kept) event.preventDefault();
});
var left = Object.keys(localStorage).find((each) => each.startsWith(`${STORE} `));
if (left) {
  if (!cameBack) putBack(JSON.parse(localStorage.getItem(left)));
  localStorage.removeItem(left);
}
if (cameBack) {
  saved2 = "";
  keep();
}

// lunchkit/static/js/warn-unsaved.js
var TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])";
var words2 = document.querySelector("script[data-warn-unsaved]")?.dataset;
var isTypedInto = (form4) => !("autosave" in form4.dataset) && form4.querySelector(TYPED);
var all = words2 ? [...document.querySelectorAll("main form[method=post]")].filter(isTypedInto) : [];
var forms = [.../* @__PURE__ */ new Set([...all, ...document.querySelectorAll("form[data-warn-unsaved]")])];
var isRefused = all.length === 1 && document.querySelector("main .notice[role=alert]") !== null;
var line2 = Object.assign(document.createElement("p"), { className: "error unsaved", role: "alert" });
var asked;
var leaves = false;
function differs(field) {
  if (field.type === "hidden" || !("defaultValue" in field)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}
var cameBack2 = (form4) => "typed" in form4.dataset || all.includes(form4) && (isRefused || form4.querySelector("[aria-invalid=true]"));
var isUnsaved = (form4) => cameBack2(form4) || [...form4.elements].some(differs);
var said2 = (form4, name) => form4.dataset[name] ?? words2[name];
function stop2(event, sentence) {
  event.preventDefault();
  line2.textContent = sentence;
  if (event.submitter) event.submitter.before(line2);
  else event.target.append(line2);
}
document.addEventListener("submit", (event) => {
  const form4 = event.target, other = forms.find((one) => one !== form4 && isUnsaved(one));
  line2.remove();
  if (event.defaultPrevented) return;
  if (forms.includes(form4) && !navigator.onLine) return stop2(event, said2(form4, "offline"));
  if (other && asked !== form4) {
    asked = form4;
    return stop2(event, said2(other, "warnUnsaved"));
  }
  leaves = !event.submitter?.formTarget;
});
document.addEventListener("click", ({ target }) => leaves = target.closest("a[data-discards]") !== null);
document.addEventListener("input", () => {
  asked = void 0;
  leaves = false;
  line2.remove();
});
addEventListener("online", () => line2.remove());
addEventListener("pageshow", () => leaves = false);
addEventListener("beforeunload", (event) => {
  if (!leaves && forms.some(isUnsaved)) event.preventDefault();
});
