// Copies a text into the clipboard, and nothing else: what is secret goes through no sheet of the phone.
// <button hidden data-copy="https://…" data-done="Copied">
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // the text stands in words on the page
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return; // the browser forbids it
    }
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 4_000);
  });
}
