"""Verbs of a room."""

from sqlalchemy import select

from lunchkit.db import transaction
from lunchkit.events.models import Event
from lunchkit.rooms.codes import new_code
from lunchkit.rooms.models import Room


def room_of(event: Event) -> Room:
    """The room of a lunch, made with a code of its own if there is none."""
    with transaction() as session:
        session.get(Event, event.id, with_for_update=True)
        room = session.get(Room, event.id)
        if room is None:
            code = new_code()
            while session.scalar(select(Room.event_id).where(Room.code == code)) is not None:
                code = new_code()
            room = Room(event_id=event.id, code=code)
            session.add(room)
            session.flush()
    return room
