// This page answered a form. Anyone who comes back to it later asks for its address anew: browsers show an error page in the
// place of a form's answer that they may not keep, as if nothing had been sent.
history.replaceState(history.state, "", location.href);
