"""The patterns page: every macro and state of the design once."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lunchkit.events.models import Colour, Event, Series
from lunchkit.platform import clock
from lunchkit.registrations.forms import registration_form

bp = Blueprint("patterns", __name__)


def example_event() -> Event:
    """An event that is in no database."""
    starts_at = clock.wall_moment(clock.now(), "Europe/Zurich", days=14, hour=12)
    return Event(
        series=Series(name="Lunch des bonnes pratiques", network="APRÈS-GE"),
        slug="patterns",
        title="IA responsable : l’ESS s’empare du débat",
        summary="Un paragraphe de lecture longue, calme.\n\nEt un second.",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        zone="Europe/Zurich",
        venue="L’ESPACE",
        street="",
        postcode="",
        town="Genève",
        colour=Colour.TOMATE,
        capacity=60,
        companions_allowed=2,
        asks_food=True,
        asks_access=True,
        is_demo=True,
    )


@bp.get("/patterns")
def index() -> ResponseReturnValue:
    event = example_event()
    form = registration_form(event, MultiDict({"name": "", "email": "nobody"}))
    form.validate()
    return render_template("patterns.html", event=event, form=form)
