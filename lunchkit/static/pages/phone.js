// The phone in the room.
import "../js/live.js";
import "../js/answering.js";
import "../js/ballot.js";
import "../js/support.js";
