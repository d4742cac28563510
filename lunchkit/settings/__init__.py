"""The house: whose lunches these are, how it looks, how its letters leave; the first run, and all of it later."""
