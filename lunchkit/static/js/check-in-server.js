// Asks the server what is new, and delivers scans. Throws "out" where nobody is signed in, "shut" where this person may not
// enter this check-in (or no longer).
import { ledger } from "./check-in-ledger.js";
import { people } from "./check-in-people.js";
import { root } from "./check-in-root.js";

const TIME_OUT = 8_000;
let token, etag;

export const csrfToken = () => token;

export async function look() {
  const address = new URL(root.dataset.now, location);
  if (people.hasNames) address.searchParams.set("seen", ledger.digest);
  const answer = await call(address, { headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.status === 304) return;
  etag = answer.headers.get("ETag");
  const news = await answer.json();
  token = news.token;
  ledger.take(news);
}

export async function deliver(entries, isAgain = false) {
  const body = JSON.stringify({ scans: entries.map(({ record }) => record) });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await call(root.dataset.scans, { method: "POST", headers, body });
  if (answer.status === 400 && !isAgain) {
    token = etag = undefined; // somebody else signed in on this phone meanwhile
    await look();
    return deliver(entries, true);
  }
  const { answers } = await answer.json();
  for (const entry of entries) {
    const told = answers.find(({ nonce }) => nonce === entry.record.nonce) ?? { word: "unknown", id: null };
    await ledger.settle(entry, told);
    entry.heard?.(told);
  }
}

async function call(address, options) {
  const answer = await fetch(address, {
    ...options,
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(TIME_OUT),
  });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    token = etag = undefined;
    throw new Error("out");
  }
  if (answer.status === 403) throw new Error("shut"); // what waits stays on the phone, and leaves when check-in is open again
  const isRead = answer.ok || answer.status === 304 || (answer.status === 400 && options.method);
  if (!isRead) throw new Error(answer.status);
  return answer;
}
