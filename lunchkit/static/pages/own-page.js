// A speaker writes the own page.
import "../js/warn-unsaved.js";
import "../js/keep-draft.js";
