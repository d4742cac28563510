// This page answered a form. A person who comes back to it later asks for its address again: browsers show an error page in the
// place of a form's answer that they may not keep, as if nothing had been sent.
history.replaceState(history.state, "", location.href);
