"""An institution as partner of the exchange: its access point, its keys, what it is competent for.

The directory carries it as the optional member ``exchange`` of an institution, after the
Institution Repository of EESSI (competences by case type, role and readiness). Routing is a
lookup; legally an institution is ready per case type (Decision E5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from esspass.errors import MalformedError
from esspass.keys.certificates import create_x5c, parse_certificate
from esspass.keys.jwk import parse_jwk
from esspass.trust.lote_parser import parse_array, require_object, require_text
from esspass.trust.timestamps import create_timestamp, parse_timestamp

ROLES = ("PO", "CP")
MAX_COMPETENCES = 200
_MAX_CERTIFICATES = 10
_ENTRY = frozenset({"endpoint", "encryption", "certificates", "contact", "competences"})
_COMPETENCE = frozenset({"case_type", "role", "ready", "from"})
_JWK = frozenset({"kty", "crv", "x", "y", "kid", "alg", "use"})


@dataclass(frozen=True, slots=True)
class Competence:
    """A role (``PO`` case owner, ``CP`` counterparty) in a type of case, from until before."""

    case_type: str
    role: str
    ready: bool
    starts: int
    ends: int | None = None

    def covers(self, at: int) -> bool:
        """Say whether it was in force, and the institution ready, at a moment."""
        return self.ready and self.starts <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class ExchangeEntry:
    """How an institution is reached: address, key to encrypt to, certificates it signs with.

    ``encryption`` is a P-256 JWK with ``kid``; ``certificates`` are leaves, several while a key
    changes; ``contact`` is for people.
    """

    endpoint: str
    encryption: Mapping[str, str] = field(hash=False)
    certificates: tuple[x509.Certificate, ...]
    contact: str
    competences: tuple[Competence, ...]

    def is_competent(self, case_type: str, role: str | None, at: int) -> bool:
        """Say whether it takes part in cases of a type, in a role (None: in any), at a moment."""
        return any(
            c.case_type == case_type and role in (None, c.role) and c.covers(at)
            for c in self.competences
        )


def write_exchange_entry(entry: ExchangeEntry) -> dict[str, Any]:
    """Return the JSON of the member ``exchange``."""
    return {
        "endpoint": entry.endpoint,
        "encryption": dict(entry.encryption),
        "certificates": create_x5c(entry.certificates),
        "contact": entry.contact,
        "competences": [_write_competence(c) for c in entry.competences],
    }


def parse_exchange_entry(value: Any) -> ExchangeEntry:
    """Read the member ``exchange``. Raises MalformedError."""
    members = require_object(value, _ENTRY)
    listed = members["competences"]
    if not isinstance(listed, list):
        raise MalformedError("competences are an array")
    return ExchangeEntry(
        endpoint=_parse_endpoint(members["endpoint"]),
        encryption=_parse_key(members["encryption"]),
        certificates=parse_array(members["certificates"], _MAX_CERTIFICATES, _parse_certificate),
        contact=require_text(members["contact"]),
        competences=parse_array(listed, MAX_COMPETENCES, _parse_competence) if listed else (),
    )


def _parse_endpoint(value: Any) -> str:
    uri = require_text(value)
    if not uri.startswith(("https://", "http://", "as4:")):
        raise MalformedError("an access point has an address with https, or is reached by as4")
    return uri


def _parse_key(value: Any) -> dict[str, str]:
    members = require_object(value, frozenset({"kty", "crv", "x", "y", "kid"}), _JWK)
    key = parse_jwk(members, use="enc")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise MalformedError("an access point has a P-256 key to encrypt to")
    return {name: require_text(member) for name, member in members.items()}


def _parse_certificate(value: Any) -> x509.Certificate:
    return parse_certificate(require_text(value))


def _parse_competence(value: Any) -> Competence:
    members = require_object(value, _COMPETENCE, frozenset({"until"}))
    role, ready, until = members["role"], members["ready"], members.get("until")
    if role not in ROLES or not isinstance(ready, bool):
        raise MalformedError("a competence is for PO or CP, ready or not")
    return Competence(
        case_type=require_text(members["case_type"]),
        role=role,
        ready=ready,
        starts=parse_timestamp(members["from"]),
        ends=None if until is None else parse_timestamp(until),
    )


def _write_competence(competence: Competence) -> dict[str, Any]:
    ends = competence.ends
    return {
        "case_type": competence.case_type,
        "role": competence.role,
        "ready": competence.ready,
        "from": create_timestamp(competence.starts),
        **({} if ends is None else {"until": create_timestamp(ends)}),
    }
