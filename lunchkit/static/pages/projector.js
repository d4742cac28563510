// The projector screen.
import "../js/live.js";
import "../js/screen.js";
