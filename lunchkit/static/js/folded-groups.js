// Groups of fields that are folded under a summary: one opens for the person who follows a link to a field in it, and its
// summary says when the fields hold something else by now than it says.
// <details><summary>… <span data-changed="words">what is saved</span></summary> fields </details>
document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
document.addEventListener("input", ({ target }) => {
  const said = target.closest("details")?.querySelector("summary [data-changed]");
  if (said) said.textContent = said.dataset.changed;
});
