// Sends this phone's newest answer until the server has answered, with growing random pauses. What comes late of an
// older answer changes nothing on the page.
import { ballot, keep } from "./ballot-kept.js";
import { say } from "./ballot-status.js";
import { isPassing, pauseAfter, post } from "./post.js";

const LONGEST = 15_000,
  TIMEOUT = 12_000;
let busy, again;

export async function send() {
  clearTimeout(again);
  busy?.abort();
  const sent = ballot;
  const mine = (busy = new AbortController());
  const limit = setTimeout(() => mine.abort(), TIMEOUT);
  say(sent, sent.tries ? "retrying" : "sending", sent.why);
  const body = new URLSearchParams(sent.answer);
  body.set("turn", sent.turn);
  const { status, told } = await post(sent.url, body, { signal: mine.signal, keepalive: true });
  clearTimeout(limit);
  if (busy !== mine || ballot !== sent) return; // a newer answer is on its way, or arrived from another tab
  if (isPassing(status)) return wait(status === 429 ? told?.error : "");
  const isUnsure = status === 409 && sent.tries; // an earlier try may have arrived
  say(sent, status < 300 ? "saved" : status === 409 ? "late" : "refused", isUnsure ? "" : told?.error);
  keep({ key: sent.key, turn: sent.turn });
}

// `why`: the words of a server that lets this phone wait.
function wait(why) {
  const pause = pauseAfter(ballot.tries, LONGEST);
  keep({ ...ballot, why, tries: ballot.tries + 1 });
  say(ballot, "retrying", why);
  again = setTimeout(send, pause);
}

export function hurry() {
  if (ballot?.answer && !document.hidden) send();
}

addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
