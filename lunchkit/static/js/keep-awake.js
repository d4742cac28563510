// Keeps the screen on where the browser can.
// <div data-keep-awake>
async function stayAwake() {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-keep-awake]")) return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // the battery is low, or it is not allowed: the page works all the same
  }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
