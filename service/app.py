"""The web application: the rooms' routes, on top of the backbone."""

from flask import Flask

from service.auth import routes as auth
from service.backbone import Backbone
from service.changes.position import position_of
from service.core.lifecycle import draining
from service.http.api import Api
from service.http.docs import register_docs
from service.http.health import About, Check, limits_of, register_health
from service.http.install import install_http
from service.imports import routes as imports
from service.jobs import routes as jobs
from service.lists import routes as lists
from service.records import routes as records
from service.spaces import routes as spaces
from service.sync import routes as sync

VERSION = "0.1.0"
MAIN_SPACE = "main"
CAPABILITIES = ("records", "sync", "imports")
BLUEPRINTS = (
    *auth.blueprints,
    *spaces.blueprints,
    lists.blueprint,
    records.blueprint,
    sync.blueprint,
    jobs.blueprint,
    imports.blueprint,
)


def create_app(backbone: Backbone) -> Flask:
    """The WSGI application that answers for ``backbone``."""
    app = Flask("service", static_folder=None)
    app.extensions["syncline"] = backbone
    install_http(app, backbone.settings)
    api = Api(app, version=VERSION, public_url=backbone.settings.public_url)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    register_health(app, api, checks(backbone), about(backbone))
    register_docs(app, VERSION, backbone.settings.public_url)
    return app


def checks(backbone: Backbone) -> list[Check]:
    """What ``/readyz`` asks."""
    return [
        Check("draining", _refuse_while_draining),
        Check("database", lambda: _ask(backbone)),
        Check("bus", lambda: _require_bus(backbone), is_optional=True),
    ]


def about(backbone: Backbone) -> About:
    """What ``/v1/meta`` tells."""
    return About(VERSION, limits_of(backbone.settings), CAPABILITIES)


def _refuse_while_draining() -> None:
    if draining:
        raise RuntimeError("this process is stopping")


def _ask(backbone: Backbone) -> None:
    with backbone.db.reading() as connection:
        position_of(connection, MAIN_SPACE)


def _require_bus(backbone: Backbone) -> None:
    if not backbone.bus.connected:
        raise RuntimeError("wake-ups come by the position check alone, within a second")
