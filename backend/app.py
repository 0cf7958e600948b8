"""create_app(): joins the folders' endpoints and pages, the error shape and the headers. Called by the web server and tests."""

from __future__ import annotations

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.access.routes import access_api
from backend.availability.routes import availability_api
from backend.checkin.routes import checkin_api
from backend.conversations.channels.accounts.routes import accounts_api
from backend.conversations.inbox.routes import inbox_api
from backend.conversations.routes import conversations_api
from backend.guests.routes import guests_api
from backend.notifications.routes import notifications_api
from backend.pages import (
    Landing,
    assets_blueprint,
    guest_blueprint,
    landing_blueprint,
    mailbox_blueprint,
    restaurant_blueprint,
)
from backend.pages.widget_routes import widget_blueprint
from backend.platform.database import db, engine_options
from backend.platform.http.docs import docs_api
from backend.platform.http.mount import mount
from backend.platform.keys import derive
from backend.platform.live import LiveFeed
from backend.platform.operations import operations_api
from backend.platform.roles import application_url
from backend.reservations.routes import reservations_api
from backend.reservations.waitlist.routes import waitlist_api
from backend.restaurants.routes import restaurants_api
from backend.secret_store import secret_store
from backend.settings import Settings
from backend.wiring import Services, build

VERSION = "0.1.0"  # pyproject.toml says the same; a test compares them


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
    if settings.trusted_proxies:
        steps = settings.trusted_proxies
        proxied = ProxyFix(app.wsgi_app, x_for=steps, x_proto=steps, x_host=steps)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    return app


def mount_all(app: Flask, services: Services) -> None:
    """Puts every folder's endpoints and pages on the application."""
    settings = services.settings
    apis = [
        restaurants_api(services.restaurants),
        availability_api(services.availability),
        reservations_api(services.reservations, services.links),
        waitlist_api(services.reservations.waitlist, services.limiter, settings.limit_waitlist),
        checkin_api(services.checkin, services.links),
        guests_api(services.guests),
        access_api(services.access),
        notifications_api(services.notifications, services.own_words),
        conversations_api(services.conversations, services.web_chat, services.count_message),
        inbox_api(services.inbox),
        operations_api(services.database, services.redis, services.telemetry, settings.metrics_token),
        accounts_api(services.channels.account_service),
        *services.channels.registry.apis,
        docs_api(lambda: app.extensions["saveit.endpoints"], VERSION),
    ]
    endpoints = mount(app, apis, services.authenticator, services.telemetry, settings.public_url.rstrip("/"))
    app.extensions["saveit.endpoints"] = endpoints
    _mount_pages(app, services)
    feed = LiveFeed(
        settings,
        services.database,
        services.redis,
        services.telemetry,
        authenticate_token=services.authenticator.authenticate_token,
        enrich=services.screens.enrich,
    )
    feed.mount(app)
    feed.mount_chats(app, services.web_chat)


def _mount_pages(app: Flask, services: Services) -> None:
    form_key = derive(services.secrets.ring("tokens").keys[1], b"saveit/forms")

    def limit(request: Request) -> None:
        key = f"page:{request.remote_addr or ''}"
        services.limiter.pass_or_refuse(key, services.settings.limit_publishable)

    app.register_blueprint(guest_blueprint(services.pages, form_key, services.clock, limit))
    app.register_blueprint(restaurant_blueprint(services.pages, form_key, services.clock, limit))
    app.register_blueprint(assets_blueprint())
    app.register_blueprint(widget_blueprint())
    app.register_blueprint(landing_blueprint(lambda: _landing(services)))
    if services.settings.mode == "embedded":
        app.register_blueprint(mailbox_blueprint(services.settings.data_dir, lambda: _house_zone(services)))


def _landing(services: Services) -> Landing:
    """Where the front page leads: the restaurant, its mailbox, the documentation."""
    restaurants = services.restaurants.all()
    name, slug = (restaurants[0]["name"], restaurants[0]["slug"]) if restaurants else ("SaveIt", "")
    embedded = services.settings.mode == "embedded"
    return Landing(
        restaurant_name=name,
        restaurant_path=f"/r/{slug}",
        mailbox_path="/mailbox" if embedded else None,
        docs_path="/docs",
        health_path="/readyz",
        host_command=f"scripts/host --server {services.settings.base_url}",
    )


def _house_zone(services: Services) -> str:
    """The clock of whoever looks at this machine: its first restaurant's."""
    restaurants = services.restaurants.all()
    return str(restaurants[0]["timezone"]) if restaurants else "UTC"
