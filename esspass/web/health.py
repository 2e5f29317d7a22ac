"""Health: ``/healthz`` says the process lives, ``/readyz`` that its database answers.

``/workz``, where an app has a worker beside it, says that one runs and that no job of it is broken.
"""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Response

from esspass.storage import Database
from esspass.web.blueprints import protocol_blueprint
from esspass.web.jobs import Reports
from esspass.web.settings import now


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


def create_worker_health_blueprint(reports: Reports) -> Blueprint:
    """Make the endpoint that asks after the worker; it names broken jobs and their codes."""
    blueprint = protocol_blueprint("worker_health", __name__)

    @blueprint.get("/workz")
    def working() -> tuple[Response, int]:
        workers = reports.read(now())
        if not workers:
            return jsonify(status="unavailable", error="no_worker"), 503
        broken = {name: code for worker in workers for name, code in worker.items()}
        if broken:
            return jsonify(status="broken", error="job_broken", jobs=broken), 503
        return jsonify(status="ok"), 200

    return blueprint
