"""Health: ``/healthz`` says the process lives, ``/readyz`` that its database answers."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Response

from esspass.storage import Database
from esspass.web.blueprints import protocol_blueprint


def create_health_blueprint(database: Database | None) -> Blueprint:
    """Make the two endpoints; without a database an app is ready as soon as it lives."""
    blueprint = protocol_blueprint("health", __name__)

    @blueprint.get("/healthz")
    def live() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> Response:
        if database is not None:
            database.query("SELECT 1 AS one")
        return jsonify(status="ok")

    @blueprint.errorhandler(InternalServerError)
    def unready(_error: InternalServerError) -> tuple[Response, int]:
        return jsonify(status="unavailable", error="database"), 503

    return blueprint
