"""The application: knows every room, and puts them together."""

from pathlib import Path

from flask import Flask
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from lunchkit import clock, links
from lunchkit.accounts import routes as sign_in
from lunchkit.accounts.organiser import area, refuse_strangers, team
from lunchkit.accounts.policies import may
from lunchkit.checkin import organiser as checkin_organiser
from lunchkit.config import Settings, current_settings, load_settings
from lunchkit.csrf import csrf
from lunchkit.db import engine_options, init_db
from lunchkit.doctor import organiser as doctor_organiser
from lunchkit.events import routes as events
from lunchkit.feedback import organiser as feedback_organiser
from lunchkit.feedback import routes as feedback
from lunchkit.house import organiser as house_organiser
from lunchkit.house import routes as house
from lunchkit.house.in_force import init_settings, look_of_the_house
from lunchkit.i18n import init_i18n
from lunchkit.images import routes as images
from lunchkit.imports import organiser as imports_organiser
from lunchkit.mailings import admin as mailings
from lunchkit.markdown import host_of, markdown, plain
from lunchkit.pages import asked, letters, log, lunches, organiser, paper, patterns, routes, welcome
from lunchkit.pages import doors as helpers_doors
from lunchkit.passkeys import organiser as passkeys_organiser
from lunchkit.passkeys import routes as confirmation
from lunchkit.passkeys.queries import passkey_host, passkey_obstacle
from lunchkit.planning import organiser as planning_organiser
from lunchkit.planning.words import is_proposed
from lunchkit.polls import organiser as polls_organiser
from lunchkit.polls import routes as polls
from lunchkit.polls.pictures import init_pictures
from lunchkit.presenter import organiser as presenter_organiser
from lunchkit.presenter import routes as presenter
from lunchkit.questions import organiser as questions_organiser
from lunchkit.questions import routes as questions
from lunchkit.recap import organiser as recap_organiser
from lunchkit.recap import routes as recap
from lunchkit.registrations import organiser as registrations_organiser
from lunchkit.registrations import own_page as registrations
from lunchkit.registrations.queries import people_known
from lunchkit.speakers import organiser as speakers_organiser
from lunchkit.speakers import own_page
from lunchkit.speakers import routes as speakers
from lunchkit.subscribers import admin as subscribers_admin
from lunchkit.subscribers import routes as subscribers
from lunchkit.web import Lunchkit, init_web

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
