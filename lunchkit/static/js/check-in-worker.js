// Opens the check-in page where there is no network, no server, or nobody signed in any more: scans may be waiting on it.
// Before this file: const CHECK_IN = { name, build, shell, files }. It keeps the one page, in which there is no name,
// and the files that it is made of; every other page goes through as it is.
const CACHE = `${CHECK_IN.name}/${CHECK_IN.build}`,
  TIME_OUT = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(CHECK_IN.files);
  await freshen(new Request(CHECK_IN.shell, { cache: "reload", redirect: "manual" }), cache);
}

async function freshen(request, cache) {
  const answer = await fetch(request);
  if (
    answer.ok &&
    !answer.redirected &&
    new URL(request.url).pathname === CHECK_IN.shell &&
    !new URL(request.url).search
  )
    await cache.put(CHECK_IN.shell, answer.clone());
  return answer;
}

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

async function tidy() {
  for (const key of await caches.keys())
    if (key.startsWith(`${CHECK_IN.name}/`) && key !== CACHE) await caches.delete(key);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.includes("/static/")) event.respondWith(file(request));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(CHECK_IN.shell);
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, TIME_OUT));
  const answer = await Promise.race([freshen(request, cache).catch(() => undefined), late]);
  const isOut = answer?.type === "opaqueredirect" && new URL(request.url).pathname === CHECK_IN.shell;
  return answer && answer.status < 500 && !isOut ? answer : kept;
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
