"""create_app(): joins the folders' endpoints and pages, the error shape and the headers. Called by the web server and tests."""

from __future__ import annotations

from flask import Flask

from backend.access.routes import access_api
from backend.availability.routes import availability_api
from backend.checkin.routes import checkin_api
from backend.guests.routes import guests_api
from backend.platform.database import db, engine_options
from backend.platform.http.mount import mount
from backend.platform.migrate import application_url
from backend.reservations.routes import reservations_api
from backend.restaurants.routes import restaurants_api
from backend.settings import Settings
from backend.wiring import Services, build, secret_store


def connect(settings: Settings, role: str) -> tuple[Flask, Services]:
    """A Flask application with an engine for one role, and the services on it. Used by web, worker and command line."""
    secrets = secret_store(settings)
    app = Flask("saveit", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = application_url(settings.database_url, secrets, role)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(
        pool=settings.database_pool, statement_timeout_ms=settings.database_timeout_ms, name=role
    )
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    db.init_app(app)
    with app.app_context():
        services = build(settings, db.engine, secrets)
    app.extensions["saveit"] = services
    return app, services


def create_app(settings: Settings) -> Flask:
    """The web application."""
    app, services = connect(settings, "app")
    mount_all(app, services)
    return app


def mount_all(app: Flask, services: Services) -> None:
    """Puts every folder's endpoints and pages on the application."""
    apis = [
        restaurants_api(services.restaurants),
        availability_api(services.availability),
        reservations_api(services.reservations, services.links),
        checkin_api(services.checkin, services.links),
        guests_api(services.guests),
        access_api(services.access),
    ]
    public_url = services.settings.public_url.rstrip("/")
    endpoints = mount(app, apis, services.authenticator, services.telemetry, public_url)
    app.extensions["saveit.endpoints"] = endpoints
