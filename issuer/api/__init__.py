"""The institution's API, ``/api/v1``: for its other programs; APIFlask and pydantic live only here.

Clients are let in by ``esspass issuer api-client add``; each has roles and purposes. The
description stands at ``/api/v1/openapi.json``, for people at ``/api/docs``.
"""

from issuer.api import accesses, answers, begun, clients
from issuer.api.desk import ApiDesk

MIGRATIONS = {
    **clients.MIGRATIONS,
    **accesses.MIGRATIONS,
    **answers.MIGRATIONS,
    **begun.MIGRATIONS,
}

__all__ = ["MIGRATIONS", "ApiDesk"]
