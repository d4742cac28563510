// The remote control of the room.
import "../js/count-down.js";
import "../js/watch-room.js";
import "../js/live.js";
import "../js/warn-unsaved.js";
