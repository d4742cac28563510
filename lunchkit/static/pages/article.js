// A recap.
import "../js/copy.js";
import "../js/print-page.js";
