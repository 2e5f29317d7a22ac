"""Inspections that were set up on the scan page, perhaps without a network, become cases here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from esspass.attestations.specification import pda1_states
from esspass.errors import MalformedError, ProtocolError
from esspass.inspection import Situation, parse_situation
from verifier.cases import Case
from verifier.casework import CASE_KINDS, Casework
from verifier.purposes import find_purpose, parse_place

_MEMBERS = frozenset({"id", "purpose", "keep", "situation"})
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_KEPT = 7 * 24 * 3600


def parse_scan_case(value: Any, inspector: str, now: int) -> Case:
    """Read ``{"id", "purpose", "keep", "situation"}``; ``keep`` in seconds, ``id`` a UUID.

    Raises MalformedError for anything else.
    """
    if not isinstance(value, Mapping) or value.keys() != _MEMBERS:
        raise MalformedError("an inspection has id, purpose, keep and situation")
    situation, purpose = parse_situation(value["situation"]), find_purpose(str(value["purpose"]))
    if CASE_KINDS[purpose.kind] != situation.kind or situation.country not in pda1_states():
        raise MalformedError("this inspection contradicts itself")
    case_id, keep = value["id"], value["keep"]
    if not isinstance(case_id, str) or not _ID.fullmatch(case_id):
        raise MalformedError("the id of an inspection is a UUID")
    if type(keep) is not int or not 0 <= keep <= _MOST_KEPT:
        raise MalformedError("claims are kept for at most seven days")
    return _create_case(case_id, inspector, purpose.id, situation, keep, now)


def open_scan_case(casework: Casework, case: Case) -> Case:
    """Open the case, once. Raises ProtocolError ``not_found`` if somebody else has this id."""
    known = casework.cases.find(case.id)
    if known is None:
        return casework.open(case)
    if known.inspector != case.inspector:
        raise ProtocolError("there is no such inspection", code="not_found", status=404)
    return known


def _create_case(
    case_id: str, inspector: str, purpose: str, situation: Situation, keep: int, now: int
) -> Case:
    return Case(
        id=case_id,
        inspector=inspector,
        kind=situation.kind,
        purpose=purpose,
        country=situation.country,
        day=situation.date,
        until=situation.until,
        place=parse_place(situation.place or ""),
        employer_name=situation.employer_name or "",
        employer_id=situation.employer_id or "",
        provider=situation.provider or "",
        keep=keep,
        created_at=now,
    )
