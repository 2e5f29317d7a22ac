"""A holder's own data in one JSON document (Regulation (EU) 2016/679, Articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esspass.sdjwt import parse_sd_jwt_vc
from wallet.credentials import HeldCredential
from wallet.deferred import DeferredCredential
from wallet.history import HistoryEntry


def create_export(
    name: str, held: Sequence[HeldCredential], waiting: Sequence[DeferredCredential],
    history: Sequence[HistoryEntry], now: int,
) -> dict[str, Any]:  # fmt: skip
    """Write everything kept about a holder, but no key; times are epoch seconds."""
    return {
        "exported_at": now,
        "holder": name,
        "credentials": [_write_credential(each) for each in held],
        "waiting_for": [{"type": each.state["vct"], "since": each.created_at} for each in waiting],
        "history": [_write_entry(entry) for entry in history],
    }


def _write_credential(held: HeldCredential) -> dict[str, Any]:
    return {
        "id": held.id,
        "type": held.vct,
        "issuer": held.provenance.issuer_name,
        "credential_issuer": held.provenance.credential_issuer,
        "received_at": held.received_at,
        "copies": held.copies,
        "claims": dict(parse_sd_jwt_vc(held.text).claims),
        "credential": held.text,
    }


def _write_entry(entry: HistoryEntry) -> dict[str, Any]:
    encounter = entry.encounter
    return {
        "at": entry.at,
        "event": entry.event.value,
        "party": encounter.party,
        "host": encounter.host,
        "purpose": dict(encounter.purpose),
        "reason": encounter.reason,
        "chosen_purpose": encounter.purpose_id,
        "receipt": dict(encounter.receipt),
        "warnings": list(encounter.warnings),
        "claims": [
            {"type": shared.vct, "paths": [list(path) for path in shared.paths]}
            for shared in encounter.shared
        ],
    }
