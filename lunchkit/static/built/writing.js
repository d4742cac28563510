// lunchkit/static/js/add-picture-too.js
var add = document.querySelector("form [formenctype]");
var isBegun = ({ elements }) => [...elements].some(({ name, value }) => name.startsWith("new-") && value.trim());
document.addEventListener(
  "submit",
  (event) => {
    const { target, submitter } = event;
    if (!add || submitter === add || !["save", "next"].includes(submitter?.value) || !isBegun(target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    Object.assign(add, { name: "do", value: submitter.value === "next" ? "next" : "picture" });
    setTimeout(() => target.requestSubmit(add));
  },
  true
);

// lunchkit/static/js/check-size.js
var isHeavy = (field) => [...field.files].some((file) => file.size > Number(field.dataset.mostBytes));
var fields = (form4) => [...form4.querySelectorAll("[data-most-bytes]")];
function tell(field) {
  const id = `${field.id}-error`, block = field.closest(".field"), wrong = isHeavy(field);
  block.querySelector(".error")?.remove();
  block.classList.toggle("bad", wrong);
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  field.setAttribute("aria-describedby", [...others, wrong && id].filter(Boolean).join(" "));
  field.setAttribute("aria-invalid", wrong);
  if (!wrong) return;
  const textContent = field.dataset.tooHeavy;
  block.append(Object.assign(document.createElement("p"), { className: "error", id, role: "alert", textContent }));
}
document.addEventListener("change", ({ target }) => target.matches("[data-most-bytes]") && tell(target));
document.addEventListener(
  "submit",
  (event) => {
    const kind = event.submitter?.hasAttribute("formenctype") ? event.submitter.formEnctype : event.target.enctype;
    const heavy = kind === "multipart/form-data" && fields(event.target).find(isHeavy);
    if (!heavy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(heavy);
    heavy.focus();
  },
  true
);

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
var own = ([name, value]) => typeof value === "string" && !/^(csrf_token|version|new-.*)$/.test(name);
var text = () => new URLSearchParams([...new FormData(form)].filter(own)).toString();
var tell2 = (what, detail) => form.dispatchEvent(new CustomEvent(`lunchkit:${what}`, { detail, cancelable: true }));
function go() {
  clearTimeout(timer);
  running ??= save().finally(() => {
    running = void 0;
  });
  return running;
}
var saved = text();
var running;
var timer;
var wake;
var leaving;
var said;
var isStopped = false;
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
  tell2("sending", sent);
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
    const isKept = status === 200 || told?.link;
    if (isKept) tell2("saved", sent);
    if (status !== 200 || !tell2("joined", { fields: told.fields, sent, isLatest })) {
      isStopped = true;
      return say("stopped", told?.error ?? words.refused, told?.link);
    }
    version.value = told.version;
    saved = isLatest ? text() : sent;
    say(isLatest ? told.wrong.length ? "wrong" : "saved" : "unsaved", told.wrong.join(", "));
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
  await go();
  if (isStopped || text() !== saved) return;
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

// lunchkit/static/js/keep-text.js
var form2 = document.querySelector("form[data-autosave]");
var own2 = ([name, value]) => typeof value === "string" && !/^(csrf_token|version|new-.*)$/.test(name);
var text2 = () => new URLSearchParams([...new FormData(form2)].filter(own2)).toString();
var copy = crypto.getRandomValues(new Uint32Array(2)).join("-");
var key = `lunchkit-text ${form2.getAttribute("action")} ${copy}`;
var saved2 = text2();
var sending;
function keep() {
  try {
    localStorage.setItem(key, JSON.stringify({ version: form2.elements.version.value, sending, text: text2() }));
    form2.dataset.kept = "yes";
  } catch {
    delete form2.dataset.kept;
  }
}
form2.addEventListener("input", () => text2() !== saved2 && keep());
form2.addEventListener("lunchkit:sending", ({ detail }) => {
  sending = detail;
  keep();
});
form2.addEventListener("lunchkit:saved", ({ detail }) => {
  saved2 = detail;
  sending = void 0;
  localStorage.removeItem(key);
  if (text2() !== saved2) setTimeout(keep);
});
addEventListener("beforeunload", (event) => {
  if (text2() !== saved2 && !form2.dataset.kept) event.preventDefault();
});

// lunchkit/static/js/show-others.js
var form3 = document.querySelector("form[data-autosave]");
form3.addEventListener("lunchkit:joined", (event) => {
  const { fields: fields2, sent, isLatest } = event.detail, was = new URLSearchParams(sent);
  const isTick = (field) => field.type === "checkbox";
  const shown = (field) => isTick(field) ? field.checked ? "y" : "" : field.value;
  const found = Object.entries(fields2).map(([name, value]) => [form3.elements[name], was.get(name) ?? "", value]);
  if (found.every(([field, before]) => field && shown(field) === before)) {
    for (const [field, , value] of found) isTick(field) ? field.checked = value === "y" : field.value = value;
    return;
  }
  event.preventDefault();
  if (isLatest) location.replace(`${location.pathname}?done=joined&focus=${document.activeElement.id}`);
});

// lunchkit/static/js/bring-back.js
var place = document.querySelector("[data-left]");
var STORE = `lunchkit-text ${place.dataset.left}`;
async function send(path, version2, text3) {
  const body = new URLSearchParams(text3);
  body.set("version", version2);
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  return { isKept: [200, 409, 410].includes(answer.status), ...await answer.json() };
}
async function bringBack(key2) {
  const { version: version2, sending: sending2, text: text3 } = JSON.parse(localStorage.getItem(key2));
  const path = key2.split(" ")[1];
  const first = sending2 === void 0 ? { isKept: true, version: version2 } : await send(path, version2, sending2);
  const last = text3 === sending2 ? first : await send(path, first.version ?? version2, text3);
  if (!first.isKept || !last.isKept) return "";
  localStorage.removeItem(key2);
  return last.link ?? location.href;
}
var left = Object.keys(localStorage).filter((key2) => key2.startsWith(STORE));
if (left.length) {
  place.inert = true;
  const ends = await Promise.all(left.map((key2) => bringBack(key2).catch(() => "")));
  place.inert = false;
  const elsewhere = ends.find((link) => link && link !== location.href);
  if (elsewhere) location.replace(elsewhere);
  else if (ends.some(Boolean)) location.reload();
}

// lunchkit/static/js/warn-unsaved.js
var TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])";
var words2 = document.querySelector("script[data-warn-unsaved]")?.dataset;
var NEW = "[name^=new-]";
var isTypedInto = (form4) => form4.querySelector("autosave" in form4.dataset ? NEW : TYPED);
var all = words2 ? [...document.querySelectorAll("main form[method=post]")].filter(isTypedInto) : [];
var forms = [.../* @__PURE__ */ new Set([...all, ...document.querySelectorAll("form[data-warn-unsaved]")])];
var isRefused = all.length === 1 && document.querySelector("main .notice[role=alert]") !== null;
var line2 = Object.assign(document.createElement("p"), { className: "error unsaved", role: "alert" });
var asked;
var leaves = false;
function differs(field) {
  if ("autosave" in field.form.dataset && !field.matches(NEW)) return false;
  if (field.type === "hidden" || !("defaultValue" in field)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}
var cameBack = (form4) => "typed" in form4.dataset || all.includes(form4) && !("autosave" in form4.dataset) && (isRefused || form4.querySelector("[aria-invalid=true]"));
var isUnsaved = (form4) => cameBack(form4) || [...form4.elements].some(differs);
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
