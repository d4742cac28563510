// A section of the recap. The order counts: each may stop the sending before those below it.
import "../js/autosave.js";
import "../js/show-others.js";
import "../js/keep-text.js";
import "../js/warn-unsaved.js";
