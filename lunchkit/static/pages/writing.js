// The desk of a recap. The order counts: each may stop the sending before those below it.
import "../js/check-size.js";
import "../js/copy.js";
import "../js/order.js";
import "../js/search-key.js";
import "../js/send-files.js";
import "../js/autosave.js";
import "../js/show-others.js";
import "../js/keep-text.js";
import "../js/bring-back.js";
import "../js/warn-unsaved.js";
