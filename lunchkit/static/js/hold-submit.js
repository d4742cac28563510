// Sends a form once: a second tap is ignored, and a form filled faster than the server believes possible
// (a password manager can) waits for the rest of the time.
// <form data-hold-until="3000" data-busy="Sending…">: milliseconds since the page arrived.
const arrival = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;

for (const form of document.querySelectorAll("form[data-hold-until]")) {
  const { holdUntil, busy } = form.dataset;
  let state = "idle";

  form.addEventListener("submit", (event) => {
    if (state === "sent" || state === "held") return event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    const label = button?.querySelector("span") ?? button;
    if (label) {
      label.dataset.label ??= label.textContent;
      label.textContent = busy;
    }
    const rest = state === "ripe" ? 0 : Number(holdUntil) + arrival - performance.now();
    if (rest <= 0) {
      state = "sent";
      return;
    }
    event.preventDefault();
    state = "held";
    setTimeout(() => {
      state = "ripe";
      form.requestSubmit(event.submitter);
    }, rest);
  });

  // back from the next page: the form may be sent again
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    state = "idle";
    for (const label of form.querySelectorAll("[data-label]")) label.textContent = label.dataset.label;
  });
}
