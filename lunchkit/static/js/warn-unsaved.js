// Guards what somebody typed and did not save. Sending another form of the page says so first, and goes through when it
// is asked for again; leaving the page makes the browser ask. Without a network nothing is sent, and the form stays.
// <form data-warn-unsaved="words when another form is sent" data-offline="words">; a link with data-discards leaves
// without a question. data-typed on a form that came back: what stands in it was never saved.
const forms = [...document.querySelectorAll("form[data-warn-unsaved]")];
const line = Object.assign(document.createElement("p"), { className: "error unsaved", role: "alert" });
let asked, leaves = false;

function differs(field) {
  if (field.type === "hidden" || !("defaultValue" in field)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}

const isUnsaved = (form) => "typed" in form.dataset || [...form.elements].some(differs);

function stop(event, words) {
  event.preventDefault();
  line.textContent = words;
  if (event.submitter) event.submitter.before(line);
  else event.target.append(line);
}

document.addEventListener("submit", (event) => {
  const form = event.target, other = forms.find((one) => one !== form && isUnsaved(one));
  line.remove();
  if (forms.includes(form) && !navigator.onLine) return stop(event, form.dataset.offline);
  if (other && asked !== form) {
    asked = form;
    return stop(event, other.dataset.warnUnsaved);
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
