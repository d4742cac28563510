// The check-in at the entrance.
import "../js/door-ledger.js";
import "../js/door-send.js";
import "../js/door-scan.js";
import "../js/door-verdict.js";
import "../js/door-camera.js";
import "../js/door-search.js";
import "../js/door-list.js";
import "../js/door-walk-in.js";
import "../js/door-signs.js";
import "../js/door-keep.js";
