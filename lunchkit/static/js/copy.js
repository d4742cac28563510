// Copies a text into the clipboard. With data-title the phone's own sheet shares it, where there is one: a secret has none.
// <button hidden data-copy="https://…" data-title="…" data-done="Copied">
for (const button of document.querySelectorAll("[data-copy]")) {
  const { copy: text, title, done } = button.dataset;
  const label = button.textContent,
    isShared = title && navigator.share;
  if (!isShared && !navigator.clipboard) continue; // the page shows the text
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (isShared) return await navigator.share({ title, url: text });
      await navigator.clipboard.writeText(text);
    } catch {
      return; // the person closed the sheet, or the browser forbids it
    }
    button.textContent = done;
    setTimeout(() => (button.textContent = label), 4_000);
  });
}
