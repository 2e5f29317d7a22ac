"""Everything the app serves of the API: importing a module of views puts them on the blueprint."""

from __future__ import annotations

from issuer.api import (
    amendments,
    audit,
    cases,
    decisions,
    docs,
    document,
    doubts,
    filing_care,
    filing_drafts,
    filings,
    incoming,
    letters,
    loads,
    offers,
    partners,
    proposals,
    renewals,
    second_looks,
    statistics,
    stays,
    tasks,
    tokens,
)
from issuer.api.blueprint import blueprint

VIEWS = (
    tokens, filings, filing_drafts, filing_care, decisions, amendments, second_looks, offers,
    renewals, letters, loads, cases, proposals, partners, incoming, doubts, stays, tasks,
    statistics, audit, document,
)  # fmt: skip
BLUEPRINTS = (blueprint, docs.blueprint)
