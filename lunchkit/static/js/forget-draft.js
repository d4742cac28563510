// The page that follows a save: the server has what keep-draft.js kept on this device. <script data-forget="name">
const name = `lunchkit-draft ${document.querySelector("[data-forget]").dataset.forget}`;
if (JSON.parse(localStorage.getItem(name))?.isSent) localStorage.removeItem(name);
