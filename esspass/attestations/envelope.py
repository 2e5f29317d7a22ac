"""The claims around a document: who signed it, until when, for which key, where its status is.

SD-JWT VC draft 13, section 3.2.2; We Build rulebook, section 3.2.1; DC4EU common rulebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.attestations.registry import attestation_type

WALLET_BINDING = "Wallet Instance binding"
PID_BINDING = "PID binding"


def create_envelope(
    vct: str,
    *,
    issuer: str,
    identifier: str,
    issued_at: int,
    expires_at: int,
    holder_jwk: Mapping[str, Any],
    status: Mapping[str, Any] | None = None,
    binding: str = WALLET_BINDING,
) -> dict[str, Any]:
    """Write the envelope our issuance schemas ask for.

    ``identifier`` is a URI of up to 255 characters, fresh and random in every credential, else it
    would link presentations: it becomes ``jti`` and, as the DC4EU schemas demand a ``sub``, that
    too. Times are epoch seconds; ``status`` is the ``status_list`` object, required for A1 and
    EHIC. A PID has neither ``sub`` nor ``binding``: its rulebook knows none.
    """
    known = attestation_type(vct)
    claims: dict[str, Any] = {
        "vct": vct,
        "vct#integrity": known.integrity,
        "iss": issuer,
        "jti": identifier,
        "iat": issued_at,
        "exp": expires_at,
        "cnf": {"jwk": dict(holder_jwk)},
        "attestation_legal_category": "PID" if known.kind == "pid" else "PuB-EAA",
    }
    if known.kind != "pid":
        claims |= {"sub": identifier, "binding": binding}
    if status is not None:
        claims["status"] = {"status_list": dict(status)}
    return claims
