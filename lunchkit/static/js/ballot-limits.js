// Helps to keep to the limits of a ballot: no more boxes than allowed, and the characters left.
// <p data-left="words before the number"> under a textarea; <form data-most="3" data-full="what to say at the limit">
const page = document.querySelector("[data-stream]");

function limit(form) {
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  const full = boxes.filter((box) => box.checked).length >= Number(form.dataset.most);
  for (const box of boxes) box.disabled = full && !box.checked;
  return full;
}

// Why no further box can be ticked; what is said of an answer on its way stays.
function tell(form, isFull) {
  const { sent } = form.closest("[data-ballot]").dataset;
  if (!form.dataset.full || !["changed", undefined].includes(sent)) return;
  const parts = [isFull && form.dataset.full, sent && page.dataset.changed];
  form.querySelector("[role=status]").textContent = parts.filter(Boolean).join(" ");
}

function count(text) {
  const line = text.closest(".ballot")?.querySelector("[data-left]");
  if (line) line.textContent = `${line.dataset.left} ${text.maxLength - text.value.length}`;
}

function help() {
  for (const form of page.querySelectorAll("form[data-most]")) limit(form);
  for (const text of page.querySelectorAll(".ballot textarea")) count(text);
}

page?.addEventListener("input", ({ target }) => target.matches(".ballot textarea") && count(target));
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-most]"); // after ballot.js has noted that the answer is another one
  if (form) tell(form, limit(form));
});
for (const change of ["filled", "swapped"]) page?.addEventListener(`lunchkit:${change}`, help);
if (page) help();
