// Sends the fields of a form: { status, told }, where told is the JSON of the answer.
// The status is 0 without an answer of ours: no network, a time-out, the page of a hotspot.
export async function post(url, body, options) {
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, ...options });
    const told = await answer.json().catch(() => undefined);
    return { status: told || !answer.ok ? answer.status : 0, told };
  } catch {
    return { status: 0 };
  }
}

// Whether the same may be sent again later.
export const isPassing = (status) => [0, 408, 429].includes(status) || status >= 500;

// Milliseconds until the next try: they double, and are random, so that not all phones of a room come at once.
export const pauseAfter = (tries, longest) =>
  Math.min(longest, 1_000 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);
