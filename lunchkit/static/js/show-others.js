// Shows above a form what somebody else wrote in its place meanwhile, until it is saved.
// <… data-theirs hidden><dl></dl></…>; hears "lunchkit:overtaken" of autosave.js: { theirs: [[label, text], …] }
const form = document.querySelector("form[data-autosave]"),
  place = document.querySelector("[data-theirs]");
const make = (name, textContent) => Object.assign(document.createElement(name), { textContent });

form.addEventListener("lunchkit:overtaken", ({ detail }) => {
  if (!detail?.theirs?.length) return;
  const lines = detail.theirs.flatMap(([label, text]) => [make("dt", label), make("dd", text)]);
  place.querySelector("dl").replaceChildren(...lines);
  place.hidden = false;
});
form.addEventListener("lunchkit:saved", () => (place.hidden = true));
