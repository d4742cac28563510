// The phone after the lunch.
import "../js/live.js";
import "../js/ballot.js";
