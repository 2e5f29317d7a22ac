"""Everything the app serves of the API: importing a module of views puts them on the blueprint."""

from __future__ import annotations

from issuer.api import amendments, audit, cases, decisions, docs, document, loads, offers, tokens
from issuer.api.blueprint import blueprint

VIEWS = (tokens, decisions, amendments, offers, loads, cases, audit, document)
BLUEPRINTS = (blueprint, docs.blueprint)
