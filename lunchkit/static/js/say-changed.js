// Says in the summary of a folded group that its fields hold something else by now than the summary says.
// <details><summary>… <span data-changed="words">what is saved</span></summary> fields </details>
document.addEventListener("input", ({ target }) => {
  const said = target.closest("details")?.querySelector("summary [data-changed]");
  if (said) said.textContent = said.dataset.changed;
});
