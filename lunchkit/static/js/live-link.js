// Says that the server cannot be reached: [data-lost] shows after a few seconds, until it is found again.
const PATIENCE = 4_000;
let loss;

const show = (isLost) => {
  for (const line of document.querySelectorAll("[data-lost]")) line.hidden = !isLost;
};

export function found() {
  stopWaiting();
  show(false);
}

export function missing() {
  loss ??= setTimeout(show, PATIENCE, true);
}

export function stopWaiting() {
  clearTimeout(loss);
  loss = undefined;
}
