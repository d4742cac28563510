"""Settings: network, address, mail, appearance, privacy, recaps; the first run, and all of it later."""
