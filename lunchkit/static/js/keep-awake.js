// Keeps the screen on while a ticket is shown, where the browser can.
// <div data-keep-awake>
async function stayAwake() {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-keep-awake]")) return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // battery low or not allowed: the ticket works all the same
  }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
