"""The automatic e-mails of a lunch, for the organisers: what each is called, and when it leaves."""

from flask_babel import lazy_gettext as _l

AUTOMATIC = {
    "confirmation": (_l("Confirmation"), _l("At once to everybody who registers and gets a seat.")),
    "waiting": (_l("Waiting list"), _l("At once to everybody who registers while all seats are taken.")),
    "promotion": (_l("A seat has come free"), _l("To people on the waiting list, as soon as a seat is theirs.")),
    "reminder": (_l("Reminder"), _l("To everybody with a seat, on the days that the page of the lunch says.")),
    "change": (
        _l("Change of the lunch"),
        _l("To everybody registered or waiting, when you change title, day, hour or place of the public lunch."),
    ),
    "repeat": (_l("Registered already"), _l("When an address is registered a second time.")),
    "ticket": (_l("Ticket and link"), _l("When you send somebody’s ticket or link again, or correct their address.")),
    "cancellation": (_l("Cancellation"), _l("When somebody cancels, or when you cancel or move their registration.")),
    "event_cancellation": (
        _l("Lunch cancelled"),
        _l("To everybody registered or waiting, when you cancel the lunch."),
    ),
    "recap": (_l("Recap"), _l("When you publish the recap, to those who had a seat and ticked that they want it.")),
}
"""Name and occasion, by the folder of their templates."""
