// Guards what somebody typed and did not save. Sending another form of the page says so first, and goes through when it
// is asked for again; leaving the page makes the browser ask. Without a network nothing is sent, and the form stays.
// <script data-warn-unsaved="words when another form is sent" data-offline="words"> guards every form of the page that
// posts and into which something is typed, but one that saves itself, and elsewhere nothing;
// <form data-warn-unsaved data-offline> guards this form. A link with data-discards leaves without a question.
// A form that came back holds what was never saved: it has data-typed, or a wrong field, or is alone below a refusal.
const TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])";
const words = document.querySelector("script[data-warn-unsaved]")?.dataset;
const isTypedInto = (form) => !("autosave" in form.dataset) && form.querySelector(TYPED);
const all = words ? [...document.querySelectorAll("main form[method=post]")].filter(isTypedInto) : [];
const forms = [...new Set([...all, ...document.querySelectorAll("form[data-warn-unsaved]")])];
const isRefused = all.length === 1 && document.querySelector("main .notice[role=alert]") !== null;
const line = Object.assign(document.createElement("p"), { className: "error unsaved", role: "alert" });
let asked,
  leaves = false;

function differs(field) {
  if (field.type === "hidden" || !("defaultValue" in field)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}

const cameBack = (form) =>
  "typed" in form.dataset || (all.includes(form) && (isRefused || form.querySelector("[aria-invalid=true]")));
const isUnsaved = (form) => cameBack(form) || [...form.elements].some(differs);
const said = (form, name) => form.dataset[name] ?? words[name];

function stop(event, sentence) {
  event.preventDefault();
  line.textContent = sentence;
  if (event.submitter) event.submitter.before(line);
  else event.target.append(line);
}

document.addEventListener("submit", (event) => {
  const form = event.target,
    other = forms.find((one) => one !== form && isUnsaved(one));
  line.remove();
  if (event.defaultPrevented) return; // another script sends it, or has stopped it
  if (forms.includes(form) && !navigator.onLine) return stop(event, said(form, "offline"));
  if (other && asked !== form) {
    asked = form;
    return stop(event, said(other, "warnUnsaved"));
  }
  leaves = !event.submitter?.formTarget; // into a frame: the page stays
});
document.addEventListener("click", ({ target }) => (leaves = target.closest("a[data-discards]") !== null));
document.addEventListener("input", () => {
  asked = undefined;
  leaves = false;
  line.remove();
});
addEventListener("online", () => line.remove());
addEventListener("pageshow", () => (leaves = false));
addEventListener("beforeunload", (event) => {
  if (!leaves && forms.some(isUnsaved)) event.preventDefault();
});
