"""What the log says of each door of the organisers that changes something: a verb and its object, after a name.

One entry for each door that takes a POST; a test fails for a door without one. What was done is told by the door that
was used; of the lunch, the log shows the title, and of the row its number.
"""

from collections.abc import Sequence

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.text import fold

DEEDS: dict[str, LazyString] = {
    "sign_in.enter": _l("signed in"),
    "sign_in.found": _l("opened the house"),
    "sign_in.join": _l("accepted the invitation"),
    "console.add": _l("added somebody to the team"),
    "console.remove": _l("took somebody off the team"),
    "console.owner": _l("handed over the house"),
    "sign_out": _l("signed out"),
    "end_session": _l("signed out one of their browsers"),
    "end_other_sessions": _l("signed out all their other browsers"),
    "update_account": _l("changed their name or language"),
    "team.invite": _l("invited somebody into the team"),
    "team.repeat": _l("sent an invitation again"),
    "team.withdraw": _l("withdrew an invitation"),
    "team.give_role": _l("changed somebody’s role"),
    "team.end_sessions": _l("signed somebody out everywhere"),
    "team.remove": _l("took somebody off the team"),
    "team.hand_over": _l("handed over the house"),
    "events.create": _l("wrote a new lunch"),
    "events.update": _l("changed the lunch"),
    "events.capacity": _l("changed the number of seats"),
    "events.publication": _l("published the lunch"),
    "events.cancel": _l("called off the lunch"),
    "registrations.create": _l("registered somebody by hand"),
    "registrations.update": _l("changed a registration"),
    "registrations.cancel": _l("cancelled a registration"),
    "registrations.head_of_queue": _l("gave the next free seat to somebody"),
    "registrations.move": _l("moved a registration to another lunch"),
    "registrations.resend": _l("sent somebody’s ticket again"),
    "speakers.create": _l("added a speaker"),
    "speakers.update": _l("changed a speaker"),
    "speakers.update_organisation": _l("changed a speaker’s organisation"),
    "speakers.update_appearance": _l("changed what a speaker said and showed"),
    "speakers.quote": _l("quoted a speaker"),
    "speakers.update_quotation": _l("changed a quotation"),
    "speakers.remove_quotation": _l("removed a quotation"),
    "speakers.renew_link": _l("gave a speaker a private link"),
    "speakers.revoke_link": _l("took back a speaker’s private link"),
    "speakers.trust": _l("set whether a speaker’s page is read before it is public"),
    "speakers.portrait": _l("took down a portrait, or put it back"),
    "speakers.approve": _l("published what a speaker wrote"),
    "speakers.set_aside": _l("set aside what a speaker wrote"),
    "speakers.remove": _l("removed a speaker"),
    "polls.create": _l("added a question for the room"),
    "polls.update": _l("changed a question for the room"),
    "polls.remove": _l("removed a question for the room"),
    "polls.again": _l("planned to ask a question again after the debate"),
    "polls.order": _l("moved a question for the room"),
    "polls.opening": _l("opened a vote"),
    "polls.closing": _l("closed a vote"),
    "polls.reveal": _l("showed a result"),
    "polls.hiding": _l("hid a result"),
    "polls.annul": _l("annulled a vote"),
    "polls.enter_hands": _l("entered raised hands"),
    "polls.annotate": _l("wrote a remark beside a result"),
    "polls.verdict": _l("judged an answer in words"),
    "questions.answer": _l("marked a question from the room as answered"),
    "questions.approve": _l("let a question from the room through"),
    "questions.record": _l("set whether a question from the room is on the record"),
    "questions.restore": _l("brought back a question from the room"),
    "questions.set_aside": _l("set aside a question from the room"),
    "presenter.blank": _l("made the screen black, or showed it again"),
    "presenter.current": _l("steered the question on the screen"),
    "presenter.questions": _l("opened or closed the questions from the room"),
    "presenter.rehearsal": _l("began or ended a rehearsal"),
    "presenter.slide": _l("changed what the screen shows"),
    "presenter.step": _l("took the next step on the screen"),
    "presenter.timer": _l("set the timer"),
    "recap.draft": _l("began the recap"),
    "recap.add": _l("added a section to the recap"),
    "recap.order": _l("moved a section of the recap"),
    "recap.remove": _l("removed a section of the recap"),
    "recap.visibility": _l("showed or hid a section of the recap"),
    "recap.writing.save": _l("wrote in the recap"),
    "recap.writing.restore": _l("brought back an earlier text of the recap"),
    "recap.writing.settle": _l("chose between two texts of the recap"),
    "recap.pictures.add": _l("added a picture to the recap"),
    "recap.pictures.describe": _l("described a picture"),
    "recap.pictures.erase": _l("erased a picture"),
    "recap.pictures.visibility": _l("took down a picture, or put it back"),
    "recap.publication.publish": _l("published the recap"),
    "recap.publication.correct": _l("published a correction of the recap"),
    "recap.publication.withdraw": _l("withdrew the recap"),
    "recap.publication.renew_link": _l("made a preview link of the recap"),
    "recap.publication.revoke_link": _l("took back the preview link of the recap"),
    "mail.retry": _l("sent a letter again"),
}
KINDS: dict[str, LazyString] = {
    "events": _l("Lunches"),
    "registrations": _l("Registrations"),
    "speakers": _l("Speakers"),
    "polls": _l("Votes"),
    "questions": _l("Questions from the room"),
    "presenter": _l("Screen"),
    "recap": _l("Recap"),
    "mail": _l("Letters"),
    "team": _l("Team"),
    "sign_in": _l("Signing in"),
    "console": _l("Command line"),
}
"""What one may look for alone: the first part of a verb."""


def verbs_with(word: str) -> Sequence[str]:
    """The verbs in whose sentence a folded word stands, in the language that is being spoken."""
    return [verb for verb, deed in DEEDS.items() if word in fold(str(deed))]
