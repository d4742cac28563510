// «Confirm that it is you», with a passkey.
import "../js/passkey.js";
import "../js/hold-submit.js";
