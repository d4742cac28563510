// Shares an address: the phone's own sheet where there is one, else a copy in the clipboard.
// <button hidden data-share="https://…" data-title="…" data-done="Address copied">
for (const button of document.querySelectorAll("[data-share]")) {
  const { share: url, title, done } = button.dataset;
  if (!navigator.share && !navigator.clipboard) continue; // the address stands in words on the page
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) return await navigator.share({ title, url });
      await navigator.clipboard.writeText(url);
      button.textContent = done;
    } catch {
      // the person closed the sheet, or the browser forbids it: nothing to say
    }
  });
}
