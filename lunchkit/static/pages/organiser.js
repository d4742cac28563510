// Small behaviours of the organisers' pages; each looks for its own attributes. The order counts: each may stop the
// sending of a form before those below it.
import "../js/check-size.js";
import "../js/hold-submit.js";
import "../js/copy.js";
import "../js/date-echo.js";
import "../js/folded-groups.js";
import "../js/follow.js";
import "../js/order.js";
import "../js/print-page.js";
import "../js/search-key.js";
import "../js/warn-unsaved.js";
