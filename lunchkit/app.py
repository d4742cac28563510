"""The application: knows every room, and puts them together."""

from pathlib import Path

from flask import Flask
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from lunchkit.admin import events as lunches
from lunchkit.admin import form_questions as asked
from lunchkit.admin import helpers as helpers_doors
from lunchkit.admin import history as log
from lunchkit.admin import outbox as letters
from lunchkit.admin import patterns, welcome
from lunchkit.admin import printouts as paper
from lunchkit.admin import views as organiser
from lunchkit.admin.health import admin as doctor_organiser
from lunchkit.events import views as events
from lunchkit.mailings import admin as mailings
from lunchkit.platform import clock, links
from lunchkit.platform.config import Settings, current_settings, load_settings
from lunchkit.platform.csrf import csrf
from lunchkit.platform.db import engine_options, init_db
from lunchkit.platform.i18n import init_i18n
from lunchkit.platform.images import views as images
from lunchkit.platform.markdown import host_of, markdown, plain
from lunchkit.platform.web import Lunchkit, init_web
from lunchkit.recap import admin as recap_organiser
from lunchkit.recap import views as recap
from lunchkit.registrations import admin as registrations_organiser
from lunchkit.registrations import own_page as registrations
from lunchkit.registrations.check_in import admin as checkin_organiser
from lunchkit.registrations.imports import admin as imports_organiser
from lunchkit.registrations.queries import people_known
from lunchkit.room.polls import admin as polls_organiser
from lunchkit.room.polls import views as polls
from lunchkit.room.polls.pictures import init_pictures
from lunchkit.room.qa import admin as questions_organiser
from lunchkit.room.qa import views as questions
from lunchkit.room.survey import admin as feedback_organiser
from lunchkit.room.survey import views as feedback
from lunchkit.run_sheet import admin as planning_organiser
from lunchkit.run_sheet.proposed_polls import is_proposed
from lunchkit.settings import admin as house_organiser
from lunchkit.settings import views as house
from lunchkit.settings.in_force import init_settings, look_of_the_house
from lunchkit.site import views as routes
from lunchkit.site.presenter import admin as presenter_organiser
from lunchkit.site.presenter import views as presenter
from lunchkit.speakers import admin as speakers_organiser
from lunchkit.speakers import own_page
from lunchkit.speakers import views as speakers
from lunchkit.subscribers import admin as subscribers_admin
from lunchkit.subscribers import views as subscribers
from lunchkit.team import views as sign_in
from lunchkit.team.admin import area, refuse_strangers, team
from lunchkit.team.passkeys import admin as passkeys_organiser
from lunchkit.team.passkeys import views as confirmation
from lunchkit.team.passkeys.queries import passkey_host, passkey_obstacle
from lunchkit.team.policies import may

BODY_LIMIT = 1_000_000

doors = (
    organiser,
    lunches,
    asked,
    planning_organiser,
    letters,
    log,
    paper,
    patterns,
    team,
    passkeys_organiser,
    helpers_doors,
    welcome,
    registrations_organiser,
    mailings,
    subscribers_admin,
    imports_organiser,
    speakers_organiser,
    polls_organiser,
    questions_organiser,
    presenter_organiser,
    feedback_organiser,
    recap_organiser,
    house_organiser,
    doctor_organiser,
    checkin_organiser,
)
for bp in [door.bp for door in doors]:
    area.register_blueprint(bp)  # behind the one lock of the organisers' area


def create_app(settings: Settings | None = None) -> Flask:
    """An application with these settings, or with those of the environment."""
    settings = settings or load_settings()
    app = Lunchkit("lunchkit", static_folder=None, root_path=str(Path(__file__).parent))
    app.config.from_mapping(_flask_config(settings))
    app.extensions["lunchkit_people_at"] = people_known
    init_settings(app, settings)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.jinja_env.globals.update(
        settings=LocalProxy(current_settings),
        public=links.public,
        now=clock.now,
        may=may,
        look_of_the_house=look_of_the_house,
        passkey_host=passkey_host,
        passkey_obstacle=passkey_obstacle,
    )
    app.jinja_env.tests["proposed"] = is_proposed
    app.jinja_env.filters.update(markdown=markdown, plain=plain, host=host_of)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_db(app)
    init_i18n(app)
    app.before_request(refuse_strangers)
    init_web(app)  # before the token is looked for: that reads the form, and some doors take a larger one
    csrf.init_app(app)
    init_pictures(app)
    _register_doors(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": settings.keys[1:],
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database),
        "TRUSTED_HOSTS": settings.hosts,
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": 100,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def _register_doors(app: Flask) -> None:
    for blueprint in (registrations.bp, subscribers.bp, polls.bp, questions.bp, feedback.bp, own_page.bp):
        csrf.exempt(blueprint)
    attendees = (registrations.bp, subscribers.bp, polls.bp, questions.bp, feedback.bp, presenter.bp)
    readers = (routes.bp, events.bp, images.bp, house.bp, speakers.bp, own_page.bp, recap.bp)
    for blueprint in (*readers, *attendees, sign_in.bp, confirmation.bp):
        app.register_blueprint(blueprint)
    app.register_blueprint(area)
