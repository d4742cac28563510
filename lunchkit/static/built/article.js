// lunchkit/static/js/share.js
for (const button of document.querySelectorAll("[data-share]")) {
  const { share: url, title, done } = button.dataset;
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) return await navigator.share({ title, url });
      await navigator.clipboard.writeText(url);
      button.textContent = done;
    } catch {
    }
  });
}

// lunchkit/static/js/print-page.js
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
