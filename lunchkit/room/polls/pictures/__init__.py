"""Results as pictures and as sentences: where every line, disc and word goes. Templates only write it down."""

from flask import Flask

from lunchkit.room.polls.movement import read
from lunchkit.room.polls.pictures.drawing import Drawing, looks_of
from lunchkit.room.polls.pictures.movements import draw_movement
from lunchkit.room.polls.pictures.poster import draw_poster
from lunchkit.room.polls.pictures.rows import cloud_of, draw_result, rows_of
from lunchkit.room.polls.pictures.sentences import (
    by_mean_rank,
    headline,
    labels_of,
    movement_headline,
    movement_notes,
    titled,
)
from lunchkit.room.polls.pictures.voices import draw_tallies, draw_voices, voices_of

__all__ = ["Drawing", "draw_movement", "draw_poster", "draw_result", "draw_voices", "headline", "movement_headline"]


def init_pictures(app: Flask) -> None:
    app.jinja_env.globals.update(
        draw_result=draw_result, draw_movement=draw_movement, draw_voices=draw_voices, draw_tallies=draw_tallies,
        draw_poster=draw_poster, read_movement=read,
        headline_of=headline, movement_headline=movement_headline, movement_notes=movement_notes,
        by_mean_rank=by_mean_rank, labels_of=labels_of, looks_of=looks_of, rows_of=rows_of, titled=titled,
        cloud_of=cloud_of, voices_of=voices_of,
    )  # fmt: skip
