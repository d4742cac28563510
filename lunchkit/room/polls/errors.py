"""What polls refuse to an organiser."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error


class FewHaveAnswered(UserError):
    """Once closed, its answers are counted and destroyed, and nobody would ever see them."""

    message = _l(
        "Fewer than five people have answered: once the question is closed, its result can never be shown. "
        "Wait a little, or close it all the same."
    )
    state = "few"


PollIsFrozen = user_error(
    "PollIsFrozen",
    _l("This question has been put to the room, and stays as it was. Annul it first, or write another one."),
)
AnotherPollIsOpen = user_error("AnotherPollIsOpen", _l("Another question is open at the moment. Close it first."))
AlreadyClosed = user_error(
    "AlreadyClosed",
    _l("This question has been asked and counted. To ask it again, annul it first: its result is then lost."),
)
NotOpen = user_error("NotOpen", _l("This question has not been asked yet."))
NothingToReveal = user_error("NothingToReveal", _l("There is no result to show yet: close the question first."))
CannotAskAgain = user_error(
    "CannotAskAgain",
    _l(
        "Only a question with one choice or a scale can be asked again after the debate, once, and before it is closed."
    ),
)
KeepsItsPlace = user_error(
    "KeepsItsPlace",
    _l(
        "This question cannot move there. A question that has been put to the room keeps its number, "
        "and the second time that one is asked comes after the first."
    ),
)
