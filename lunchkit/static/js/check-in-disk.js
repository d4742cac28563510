// The phone's disk: IndexedDB, told to wait until it is written, so that neither a closed page nor a phone that starts
// again loses a scan (localStorage is written seconds later).
// <div data-door data-slug="…">: a lunch has a database of its own.
import { root } from "./check-in-root.js";

const NAME = `lunchkit-check-in-${root.dataset.slug}`;
const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("scans", { keyPath: "order", autoIncrement: true });
    asked.result.createObjectStore("kept");
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

// Resolves once it is written to the disk.
export async function change(store, work) {
  const transaction = (await opened).transaction(store, "readwrite", { durability: "strict" });
  return new Promise((resolve, reject) => {
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export async function read(store, work) {
  const asked = work((await opened).transaction(store).objectStore(store));
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export async function forget() {
  (await opened).close();
  indexedDB.deleteDatabase(NAME);
}
