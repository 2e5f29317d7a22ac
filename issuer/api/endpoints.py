"""Everything the app serves of the API: importing a module of views puts them on the blueprint."""

from __future__ import annotations

from issuer.api import (
    audit,
    cases,
    decisions,
    docs,
    document,
    loads,
    offers,
    second_looks,
    tasks,
    tokens,
)
from issuer.api.blueprint import blueprint

VIEWS = (tokens, decisions, second_looks, offers, loads, cases, tasks, audit, document)
BLUEPRINTS = (blueprint, docs.blueprint)
