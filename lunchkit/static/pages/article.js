// A recap.
import "../js/share.js";
import "../js/print-page.js";
