"""Steps that several actions are made of. They change rows in the caller's transaction, under the section's lock."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.errors import or_404, user_error
from lunchkit.platform.images.actions import hide_pictures, unhide_pictures
from lunchkit.platform.versions import count_version
from lunchkit.recap.models import Recap, RecapSection, RecapVersion
from lunchkit.recap.queries import any_pictures, current_pictures, pictures_known, versions_of
from lunchkit.recap.section_content import Wording, pictures_in

ONE_SITTING = timedelta(minutes=5)
"""How often the history keeps what one person writes: a form saves itself every few seconds."""
MOST_VERSIONS = 20
PictureWords = Mapping[str, Mapping[str, str]]
"""By the token of a picture: the columns of ``Picture`` that say something of it."""
NoMorePictures = user_error(
    "NoMorePictures", _l("There are as many pictures as one page can carry. Take one out first.")
)
LunchIsNotPublic = user_error("LunchIsNotPublic", _l("This lunch is not public: publish it first."))
LunchHasNotBegun = user_error(
    "LunchHasNotBegun", _l("This lunch has not begun yet: its recap can be published once it has.")
)
NothingToPublish = user_error(
    "NothingToPublish", _l("There is nothing to publish yet: every section is empty or hidden.")
)
LicenceHasChanged = user_error(
    "LicenceHasChanged",
    _l("The licence of recaps has changed since you opened this page. Nothing was published: look at it once more."),
)


def lock_recap(session: Session, event_id: int) -> Recap:
    """Read the recap of a lunch again and hold it. Raises NotFound."""
    return or_404(session.get(Recap, event_id, with_for_update=True, populate_existing=True))


def lock_section(session: Session, section: RecapSection) -> None:
    """Read a section again and hold it, with its recap. Raises NotFound where it was removed.

    The recap, because a picture that leaves the section may be one that readers have, or are just being given.
    """
    lock_recap(session, section.event_id)
    or_404(session.get(RecapSection, section.id, with_for_update=True, populate_existing=True))


def new_section(event: Event, state: Wording, position: int, by: str) -> RecapSection:
    """A section that is in no session yet."""
    now = clock.now()
    return RecapSection(
        event_id=event.id, position=position, kind=state.kind, title=state.title, data=dict(state.data),
        updated_at=now, updated_by=by,
    )  # fmt: skip


def keep_version(session: Session, section: RecapSection) -> None:
    """Put what is written in a section into its history, once; the oldest states leave it."""
    kept = versions_of(section.id)
    if kept and kept[0].version == section.version:
        return
    session.add(
        RecapVersion(
            section_id=section.id,
            version=section.version,
            title=section.title,
            data=section.data,
            saved_at=section.updated_at,
            saved_by=section.updated_by,
        )
    )
    for version in kept[MOST_VERSIONS - 1 :]:
        session.delete(version)


def write(session: Session, section: RecapSection, state: Wording, by: str) -> None:
    """Write this into a section. What it replaces goes into the history, unless the same sitting has a state there."""
    latest = next(iter(versions_of(section.id)), None)
    goes_on = latest is not None and latest.saved_by == section.updated_by == by
    if latest is None or not goes_on or section.updated_at - latest.saved_at >= ONE_SITTING:
        keep_version(session, section)
    before, after = pictures_in(section.data), pictures_in(state.data)
    section.title, section.data = state.title, dict(state.data)
    count_version(section)
    section.updated_at, section.updated_by = clock.now(), by
    session.flush()
    hide_removed_pictures(session, section.event_id, before - after)
    unhide_pictures(session, after - before)


def hide_removed_pictures(session: Session, event_id: int, tokens: Collection[str]) -> None:
    """Hide pictures that have just left a section, unless readers or another section have them still."""
    if tokens:
        hide_pictures(session, set(tokens) - current_pictures(event_id))


def describe_pictures(event_id: int, words: PictureWords) -> None:
    """Write what is said of the pictures that a recap has, or once had; what is said of others is left out."""
    known = pictures_known(event_id) if words else set()
    for token, picture in any_pictures(known & words.keys(), held=True).items():
        for name, text in words[token].items():
            setattr(picture, name, text)


def without_foreign_pictures(event_id: int, state: Wording) -> Wording:
    """The same without pictures of other recaps, whose token was typed into the form."""
    strange = pictures_in(state.data) - pictures_known(event_id)
    return state.with_items([item for item in state.items if item["picture"] not in strange]) if strange else state


def forget_recap_writer(session: Session, name: str) -> None:
    """The sections and their earlier states stay; who wrote them is forgotten with the person."""
    session.execute(update(RecapSection).where(RecapSection.updated_by == name).values(updated_by=""))
    session.execute(update(RecapVersion).where(RecapVersion.saved_by == name).values(saved_by=""))
