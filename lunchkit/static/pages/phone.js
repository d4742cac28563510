// The phone in the room.
import "../js/live.js";
import "../js/ranking.js";
import "../js/ballot.js";
import "../js/ballot-limits.js";
import "../js/support.js";
import "../js/ask-question.js";
