// Keeps the door open: the page opens again without network, the screen stays on, and nothing stays behind afterwards.
// <div data-worker="…" data-scope="…" data-until="milliseconds">, [data-leave] (a button that clears this phone),
// <input data-door-name>, <input type="checkbox" data-loud> (a buzz and a tone for each word, if one wishes).
import { forget } from "./check-in-disk.js";
import { ledger, owed } from "./check-in-ledger.js";
import { root } from "./check-in-root.js";

const name = document.querySelector("[data-door-name]");
const loud = document.querySelector("[data-loud]");
const { decoder } = document.querySelector("[data-camera]").dataset;
const leave = document.querySelector("[data-leave]");
const TONES = { in: [880], double: [440, 440], undone: [] };
let tones;

export const doorName = () => name.value.trim();

for (const field of [name, loud]) {
  const kept = localStorage.getItem(`lunchkit-check-in-${field.name}`);
  if (kept !== null) field.type === "checkbox" ? (field.checked = kept === "true") : (field.value = kept);
  field.addEventListener("change", () =>
    localStorage.setItem(`lunchkit-check-in-${field.name}`, field.type === "checkbox" ? field.checked : field.value),
  );
}

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

async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
}

function sound(word) {
  const beats = TONES[word] ?? [220, 220, 220];
  navigator.vibrate?.(beats.flatMap(() => [120, 80]));
  tones ??= new AudioContext();
  beats.forEach((pitch, index) => {
    const tone = new OscillatorNode(tones, { frequency: pitch });
    tone.connect(tones.destination);
    tone.start(tones.currentTime + index * 0.2);
    tone.stop(tones.currentTime + index * 0.2 + 0.12);
  });
}

root.addEventListener("check-in:told", ({ detail }) => loud.checked && sound(detail.word));
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
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
install().catch(() => {}); // no secure address, or a browser that keeps nothing: the door works with network
ledger.ready.then(() => Date.now() > Number(root.dataset.until) && clear()).catch(() => {});
