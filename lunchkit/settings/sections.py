"""The sections of the settings, each with its settings; and the order of the first run."""

NETWORK, ADDRESS, LETTERS, LOOK, PRIVACY, RECAPS = "network", "address", "letters", "look", "privacy", "recaps"
SETTINGS = {
    NETWORK: ("network_name", "language", "timezone"),
    ADDRESS: ("public_url",),
    LETTERS: ("mail_host", "mail_port", "mail_security", "mail_user", "mail_password", "mail_from"),
    LOOK: (),
    PRIVACY: (),
    RECAPS: ("recap_licence",),
}
SECTIONS = tuple(SETTINGS)
LUNCH = "lunch"
STEPS = (NETWORK, ADDRESS, LETTERS, LOOK, PRIVACY, LUNCH)
"""The first run: each step is a section; the last one leads to the first lunch."""


def next_step(step: str) -> str:
    """The step after this one; for the last one, itself."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
