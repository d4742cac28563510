// Shows in a form what somebody else wrote in it meanwhile, so that the next save does not take it away again. Where
// the form has no place for it the page is opened anew; where one types there just now, the saving stops and says so.
// Hears "lunchkit:joined" of autosave.js: { fields: { name: value }, sent: the form as it was sent, isLatest }
const form = document.querySelector("form[data-autosave]");

form.addEventListener("lunchkit:joined", (event) => {
  const { fields, sent, isLatest } = event.detail, was = new URLSearchParams(sent);
  const isTick = (field) => field.type === "checkbox";
  const shown = (field) => (isTick(field) ? (field.checked ? "y" : "") : field.value);
  const found = Object.entries(fields).map(([name, value]) => [form.elements[name], was.get(name) ?? "", value]);
  if (found.every(([field, before]) => field && shown(field) === before)) {
    for (const [field, , value] of found) isTick(field) ? (field.checked = value === "y") : (field.value = value);
    return;
  }
  event.preventDefault();
  if (isLatest) location.replace(`${location.pathname}?done=joined&focus=${document.activeElement.id}`);
});
