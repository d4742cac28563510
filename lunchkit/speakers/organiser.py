"""The organiser's doors to the speakers of a lunch."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.speakers.actions import SpeaksAlready, add_speaker, remove_speaker
from lunchkit.speakers.forms import SpeakerForm, speaker_form
from lunchkit.speakers.queries import appearance_or_404, appearances

bp = Blueprint("speakers", __name__)


@bp.get("/e/<slug>/speakers")
def index(slug: str) -> ResponseReturnValue:
    """Who speaks, and the form for one more."""
    return _page(any_event_by_slug_or_404(slug), speaker_form())


@bp.post("/e/<slug>/speakers")
def create(slug: str) -> ResponseReturnValue:
    """One more speaker."""
    event = any_event_by_slug_or_404(slug)
    form = speaker_form(request.form)
    if not form.validate():
        return _page(event, form), 422
    try:
        add_speaker(event, form.details())
    except SpeaksAlready as refusal:
        form.name.errors = [str(refusal.message)]
        return _page(event, form), 409
    return redirect(url_for(".index", slug=slug, done="added"), code=303)


@bp.get("/e/<slug>/speakers/<int(max=2147483647):speaker_id>/removal")
def removal(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event = any_event_by_slug_or_404(slug)
    appearance = appearance_or_404(event.id, speaker_id)
    return render_template("organiser/speakers/removal.html", event=event, speaker=appearance.speaker)


@bp.post("/e/<slug>/speakers/<int(max=2147483647):speaker_id>/removal")
def remove(slug: str, speaker_id: int) -> ResponseReturnValue:
    """One speaker fewer."""
    event = any_event_by_slug_or_404(slug)
    remove_speaker(appearance_or_404(event.id, speaker_id))
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


def _page(event: Event, form: SpeakerForm) -> str:
    return render_template("organiser/speakers/index.html", event=event, appearances=appearances(event.id), form=form)
