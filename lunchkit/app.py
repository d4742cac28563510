"""The application: it knows every feature, and puts them together."""

from pathlib import Path

from flask import Flask
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from lunchkit.admin import (
    custom_fields,
    events as admin_events,
    handbook,
    helper_home,
    history,
    printouts,
    views as admin_home,
)
from lunchkit.admin.phases import phase_bar
from lunchkit.admin.system_status import admin as system_status_admin
from lunchkit.events import views as events
from lunchkit.mailings import admin as mailings
from lunchkit.mailings.admin import outbox
from lunchkit.platform import clock, links, readiness
from lunchkit.platform.config import Settings, current_settings, load_settings
from lunchkit.platform.csrf import csrf
from lunchkit.platform.db import engine_options, init_db
from lunchkit.platform.i18n import init_i18n
from lunchkit.platform.images import views as images
from lunchkit.platform.markdown import has_path, host_of, markdown, plain
from lunchkit.platform.web import Lunchkit, init_web
from lunchkit.recap import admin as recap_admin, views as recap
from lunchkit.registrations import admin as registrations_admin, own_page as registrations
from lunchkit.registrations.check_in import admin as check_in_admin
from lunchkit.registrations.imports import admin as imports_admin
from lunchkit.registrations.queries import people_known
from lunchkit.room.polls import admin as polls_admin, views as polls
from lunchkit.room.polls.pictures import init_pictures
from lunchkit.room.qa import admin as qa_admin, views as qa
from lunchkit.room.survey import admin as survey_admin, views as survey
from lunchkit.run_sheet import admin as run_sheet_admin
from lunchkit.settings import admin as settings_admin, views as settings_views
from lunchkit.settings.in_force import in_force, init_settings
from lunchkit.site import views as site
from lunchkit.site.presenter import admin as presenter_admin, views as presenter
from lunchkit.speakers import admin as speakers_admin, own_page, views as speakers
from lunchkit.subscribers import admin as subscribers_admin, views as subscribers
from lunchkit.team.admin import area, refuse_strangers, team
from lunchkit.team.passkeys import admin as passkeys_admin, views as confirmation
from lunchkit.team.passkeys.authenticators import passkey_host, passkey_obstacle
from lunchkit.team.policies import may
from lunchkit.team.sign_in import views as sign_in

BODY_LIMIT = 1_000_000

ADMIN = (
    admin_home, admin_events, custom_fields, run_sheet_admin, outbox, history, printouts, team, passkeys_admin,
    helper_home, registrations_admin, mailings, subscribers_admin, imports_admin, speakers_admin, polls_admin, handbook,
    qa_admin, presenter_admin, survey_admin, recap_admin, settings_admin, system_status_admin, check_in_admin,
)  # fmt: skip
for bp in [module.bp for module in ADMIN]:
    area.register_blueprint(bp)  # behind the one lock of the organisers' area


def create_app(settings: Settings | None = None) -> Flask:
    """An application with these settings, or with those of the environment."""
    settings = settings or load_settings()
    app = Lunchkit("lunchkit", static_folder=None, root_path=str(Path(__file__).parent))
    app.config.from_mapping(_flask_config(settings))
    app.extensions["lunchkit_people_at"] = people_known
    init_settings(app, settings)
    if settings.proxies:
        trusted = dict.fromkeys(("x_for", "x_proto", "x_host"), settings.proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)  # type: ignore[method-assign]
    app.jinja_env.globals.update(
        settings=LocalProxy(current_settings), public=links.public, now=clock.now, may=may, site_look=in_force,
        passkey_host=passkey_host, passkey_obstacle=passkey_obstacle, phase_bar=phase_bar,
        chapter_address=handbook.chapter_address,
    )  # fmt: skip
    app.jinja_env.filters.update(markdown=markdown, plain=plain, host=host_of, has_path=has_path)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_db(app)
    init_i18n(app)
    app.before_request(refuse_strangers)
    init_web(app)  # before the token is looked for: that reads the form, and some views take a larger one
    csrf.init_app(app)
    init_pictures(app)
    _register_blueprints(app)
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


def _register_blueprints(app: Flask) -> None:
    for blueprint in (registrations.bp, subscribers.bp, polls.bp, qa.bp, survey.bp, own_page.bp):
        csrf.exempt(blueprint)
    attendees = (registrations.bp, subscribers.bp, polls.bp, qa.bp, survey.bp, presenter.bp)
    readers = (readiness.bp, site.bp, events.bp, images.bp, settings_views.bp, speakers.bp, own_page.bp, recap.bp)
    for blueprint in (*readers, *attendees, sign_in.bp, confirmation.bp):
        app.register_blueprint(blueprint)
    app.register_blueprint(area)
