// The remote control of the room.
import "../js/watch-room.js";
import "../js/live.js";
import "../js/warn-unsaved.js";
