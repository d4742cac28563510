// Keeps the check-in on this phone: the page opens again without network, and nothing stays behind afterwards.
// <div data-worker="…" data-scope="…" data-until="milliseconds">, [data-leave] (a button that clears this phone)
import { forget } from "./check-in-disk.js";
import { ledger, owed } from "./check-in-ledger.js";
import { root } from "./check-in-root.js";

const { decoder } = document.querySelector("[data-camera]").dataset;
const leave = document.querySelector("[data-leave]");

async function install() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
  await navigator.serviceWorker.ready;
  const inCharge = new Promise((resolve) =>
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
  );
  if (!navigator.serviceWorker.controller)
    await Promise.race([inCharge, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  await navigator.storage?.persist?.();
  if (!globalThis.BarcodeDetector) await fetch(decoder).catch(() => {}); // the worker keeps it: a camera without network
  root.dataset.kept = "yes";
}

async function clear() {
  if (owed()) return;
  await forget();
  const registration = await navigator.serviceWorker?.getRegistration(root.dataset.scope);
  await registration?.unregister();
  for (const key of await caches.keys()) if (key.startsWith(`check-in-${root.dataset.slug}/`)) await caches.delete(key);
}

leave.addEventListener("click", async () => {
  await clear();
  location.assign(leave.dataset.leave);
});
root.addEventListener("check-in:changed", () => {
  leave.disabled = owed() > 0;
  // Tells the server what only this phone knows: signing out, which clears it, asks first while something waits here.
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store is not in every browser
  document.cookie = `lunchkit-owed-${root.dataset.slug}=${owed()}; path=/organiser; samesite=lax; max-age=${owed() ? 604_800 : 0}`;
});
install().catch(() => {}); // no secure address, or a browser that keeps nothing: the check-in works with network
ledger.ready.then(() => Date.now() > Number(root.dataset.until) && clear()).catch(() => {});
