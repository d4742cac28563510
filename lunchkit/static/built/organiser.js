// lunchkit/static/js/check-size.js
var isHeavy = (field) => [...field.files].some((file) => file.size > Number(field.dataset.mostBytes));
var fields = (form) => [...form.querySelectorAll("[data-most-bytes]")];
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

// lunchkit/static/js/hold-submit.js
var arrival = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
for (const form of document.querySelectorAll("form[data-hold-until]")) {
  const { holdUntil, busy } = form.dataset;
  let state = "idle";
  form.addEventListener("submit", (event) => {
    if (state === "sent" || state === "held") return event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    const label = button?.querySelector("span") ?? button;
    if (label) {
      label.dataset.label ??= label.textContent;
      label.textContent = busy;
    }
    const rest = state === "ripe" ? 0 : Number(holdUntil) + arrival - performance.now();
    if (rest <= 0) {
      state = "sent";
      return;
    }
    event.preventDefault();
    state = "held";
    setTimeout(() => {
      state = "ripe";
      form.requestSubmit(event.submitter);
    }, rest);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    state = "idle";
    for (const label of form.querySelectorAll("[data-label]")) label.textContent = label.dataset.label;
  });
}

// lunchkit/static/js/copy.js
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    button.textContent = button.dataset.done;
    setTimeout(() => button.textContent = label, 4e3);
  });
}

// lunchkit/static/js/folded-groups.js
document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
document.addEventListener("input", ({ target }) => {
  const said2 = target.closest("details")?.querySelector("summary [data-changed]");
  if (said2) said2.textContent = said2.dataset.changed;
});

// lunchkit/static/js/follow.js
var EVERY = 1e4;
var here = document.querySelector("[data-follow]");
var look = async () => {
  try {
    const answer = await fetch(location.href);
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow]");
    if (there && there.dataset.follow !== here.dataset.follow) location.reload();
  } catch {
  }
};
if (here) setInterval(look, EVERY);

// lunchkit/static/js/new-questions.js
var line = document.querySelector("[data-waiting]");
var EVERY2 = 5e3;
async function look2() {
  try {
    const answer = document.hidden || await fetch(location, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok && (await answer.json()).waiting > Number(line.dataset.waiting)) line.hidden = false;
  } catch {
  }
  if (line.hidden) setTimeout(look2, EVERY2);
}
setTimeout(look2, EVERY2);

// lunchkit/static/js/print-page.js
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// lunchkit/static/js/warn-unsaved.js
var TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])";
var words = document.querySelector("script[data-warn-unsaved]")?.dataset;
var isTypedInto = (form) => !("autosave" in form.dataset) && form.querySelector(TYPED);
var all = words ? [...document.querySelectorAll("main form[method=post]")].filter(isTypedInto) : [];
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
var cameBack = (form) => "typed" in form.dataset || all.includes(form) && (isRefused || form.querySelector("[aria-invalid=true]"));
var isUnsaved = (form) => cameBack(form) || [...form.elements].some(differs);
var said = (form, name) => form.dataset[name] ?? words[name];
function stop(event, sentence) {
  event.preventDefault();
  line2.textContent = sentence;
  if (event.submitter) event.submitter.before(line2);
  else event.target.append(line2);
}
document.addEventListener("submit", (event) => {
  const form = event.target, other = forms.find((one) => one !== form && isUnsaved(one));
  line2.remove();
  if (event.defaultPrevented) return;
  if (forms.includes(form) && !navigator.onLine) return stop(event, said(form, "offline"));
  if (other && asked !== form) {
    asked = form;
    return stop(event, said(other, "warnUnsaved"));
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
