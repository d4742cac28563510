// The check-in at the entrance.
import "../js/check-in-ledger.js";
import "../js/check-in-send.js";
import "../js/check-in-scan.js";
import "../js/check-in-verdict.js";
import "../js/check-in-camera.js";
import "../js/check-in-search.js";
import "../js/check-in-walk-in.js";
import "../js/check-in-signs.js";
import "../js/check-in-conflicts.js";
import "../js/check-in-settings.js";
import "../js/check-in-keep.js";
import "../js/keep-awake.js";
