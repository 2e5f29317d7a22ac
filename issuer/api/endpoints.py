"""Everything the app serves of the API: importing a module of views puts them on the blueprint."""

from __future__ import annotations

from issuer.api import audit, cases, decisions, docs, document, loads, offers, statistics, tokens
from issuer.api.blueprint import blueprint

VIEWS = (tokens, decisions, offers, loads, cases, statistics, audit, document)
BLUEPRINTS = (blueprint, docs.blueprint)
