// lunchkit/static/js/passkey.js
var form = document.querySelector("[data-passkey]");
var makes = form.dataset.passkey === "create";
var FAILURES = { InvalidStateError: "known", NotSupportedError: "unfit", ConstraintError: "unfit", SecurityError: "elsewhere" };
var PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
function say(word) {
  for (const line of document.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== word;
}
var fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
var toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
function read(options2) {
  const parse = makes ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[parse]) return PublicKeyCredential[parse](options2);
  const known = (list = []) => list.map((each) => ({ ...each, id: fromText(each.id) }));
  const user = options2.user && { ...options2.user, id: fromText(options2.user.id) };
  const lists = { excludeCredentials: known(options2.excludeCredentials), allowCredentials: known(options2.allowCredentials) };
  return { ...options2, ...lists, challenge: fromText(options2.challenge), ...user && { user } };
}
function write(credential) {
  try {
    return credential.toJSON();
  } catch {
  }
  const { id, rawId, type, response } = credential;
  const said = PARTS.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
  const transports = response.getTransports?.();
  return { id, rawId: toText(rawId), type, response: { ...Object.fromEntries(said), ...transports && { transports } } };
}
async function options() {
  const reply = await fetch(form.dataset.challenge, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (reply.redirected) return location.assign(reply.url);
  if (!reply.ok) throw Object.assign(new Error(reply.statusText), { name: "Stale" });
  return read(await reply.json());
}
async function ask() {
  const publicKey = await options();
  if (!publicKey) return;
  const answer = await navigator.credentials[makes ? "create" : "get"]({ publicKey });
  form.elements.answer.value = JSON.stringify(write(answer));
  HTMLFormElement.prototype.submit.call(form);
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  if (form.elements.name && !form.elements.name.value.trim()) return form.elements.name.focus();
  form.setAttribute("aria-busy", "true");
  say("");
  try {
    await ask();
  } catch ({ name }) {
    say(name === "Stale" ? "stale" : name === "TypeError" ? "offline" : FAILURES[name] ?? "cancelled");
    form.removeAttribute("aria-busy");
  }
});
addEventListener("pageshow", ({ persisted }) => persisted && form.removeAttribute("aria-busy"));
if (window.PublicKeyCredential && navigator.credentials) form.hidden = false;
else say("unsupported");

// lunchkit/static/js/hold-submit.js
var arrival = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
for (const form2 of document.querySelectorAll("form[data-hold-until]")) {
  const { holdUntil, busy } = form2.dataset;
  let state = "idle";
  form2.addEventListener("submit", (event) => {
    if (state === "sent" || state === "held") return event.preventDefault();
    const button = event.submitter ?? form2.querySelector("button");
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
      form2.requestSubmit(event.submitter);
    }, rest);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    state = "idle";
    for (const label of form2.querySelectorAll("[data-label]")) label.textContent = label.dataset.label;
  });
}
