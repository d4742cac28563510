// Somebody registers, and is thanked.
import "../js/hold-submit.js";
import "../js/sent-form.js";
