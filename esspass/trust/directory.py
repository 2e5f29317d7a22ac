"""The institution directory: which institution may issue which type of attestation, and when.

Neither list format says what a body may issue (reference: Annex H has no such field; CIR (EU)
2025/1569 Annex III collects none), so the list operator signs this second statement: EESSI
institution id, the listed body behind it, and its types with their periods. Same signature, same
sequence rules and freshness as a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.keys.certificates import create_x5c, create_x5t_s256, parse_certificate
from esspass.keys.signer import Signer
from esspass.trust.exchange_entry import ExchangeEntry, parse_exchange_entry, write_exchange_entry
from esspass.trust.lote_parser import parse_array, require_object, require_text
from esspass.trust.statement import Statement, sign_statement, verify_statement
from esspass.trust.timestamps import create_timestamp, parse_timestamp

DIRECTORY_TYP = "institution-directory+jwt"
_INSTITUTION_ID = re.compile(r"[A-Z]{2}:[A-Za-z0-9._-]{1,64}", re.ASCII)
_REQUIRED = frozenset({"id", "entity", "country", "attestation_types"})
_OPTIONAL = frozenset({"certificates", "status_lists", "exchange"})
MAX_SEALS = 50
MAX_URI = 2000


@dataclass(frozen=True, slots=True)
class Authorization:
    """A type an institution may issue from ``starts`` until before ``ends`` (epoch seconds)."""

    vct: str
    starts: int
    ends: int | None = None

    def covers(self, earliest: int, latest: int) -> bool:
        """Say whether it was in force at any moment from ``earliest`` to ``latest``."""
        return self.starts <= latest and (self.ends is None or earliest < self.ends)


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution: EESSI id, the TEName of the listed body, ISO country, types.

    ``certificates`` are the leaf certificates of its paper seals, ``status_lists`` the address
    that names all its status lists (Token Status List, section 9.3), for those who go offline.
    ``exchange`` is how other institutions reach it; without it there is only paper.
    """

    institution_id: str
    entity: str
    country: str
    authorizations: tuple[Authorization, ...]
    certificates: tuple[x509.Certificate, ...] = ()
    status_lists: str | None = None
    exchange: ExchangeEntry | None = None

    def may_issue(self, vct: str, earliest: int, latest: int) -> bool:
        """Say whether it was entitled to a type at any moment in between."""
        return any(a.vct == vct and a.covers(earliest, latest) for a in self.authorizations)


@dataclass(frozen=True, slots=True)
class InstitutionDirectory(Statement):
    """One issue of the directory, as it was signed."""

    institutions: tuple[Institution, ...] = ()

    def find(self, institution_id: str) -> Institution | None:
        """Return the institution with this id."""
        return next((i for i in self.institutions if i.institution_id == institution_id), None)

    def of_entity(self, names: Sequence[str]) -> tuple[Institution, ...]:
        """Return the institutions behind which a body of one of these names stands."""
        return tuple(i for i in self.institutions if i.entity in names)

    def find_partners(
        self, case_type: str, role: str, country: str, now: int
    ) -> tuple[Institution, ...]:
        """Return the institutions of an ISO country that take a role in a type of case now.

        None is an ordinary answer: then there is only paper.
        """
        return tuple(
            institution
            for institution in self.institutions
            if institution.country == country
            and institution.exchange is not None
            and institution.exchange.is_competent(case_type, role, now)
        )

    def find_seal(self, x5t_s256: str) -> tuple[Institution, x509.Certificate] | None:
        """Return the paper seal of this digest (base64url SHA-256), and whose it is."""
        for institution in self.institutions:
            for certificate in institution.certificates:
                if create_x5t_s256(certificate) == x5t_s256:
                    return institution, certificate
        return None


def sign_directory(directory: InstitutionDirectory, signer: Signer, now: int) -> str:
    """Write and sign a directory; ``digest`` and ``signer`` of the argument are not used."""
    content = {"institutions": [write_institution(i) for i in directory.institutions]}
    return sign_statement(directory, DIRECTORY_TYP, content, signer, now)


def verify_directory(
    token: str, anchors: Sequence[x509.Certificate], now: int
) -> InstitutionDirectory:
    """Verify a directory signed by one of ``anchors`` and read it.

    Raises as ``verify_list`` does.
    """
    members = frozenset({"institutions"})
    statement, content = verify_statement(token, DIRECTORY_TYP, members, anchors, now)
    listed = content["institutions"]
    institutions = parse_array(listed, 10_000, parse_institution) if listed != [] else ()
    if len({i.institution_id for i in institutions}) != len(institutions):
        raise MalformedError("the directory names an institution twice")
    return InstitutionDirectory(**asdict(statement), institutions=institutions)


def write_institution(institution: Institution) -> dict[str, Any]:
    """Return the JSON of one institution."""
    written: dict[str, Any] = {
        "id": institution.institution_id,
        "entity": institution.entity,
        "country": institution.country,
        "attestation_types": [_write_authorization(a) for a in institution.authorizations],
    }
    if institution.certificates:
        written["certificates"] = create_x5c(institution.certificates)
    if institution.status_lists is not None:
        written["status_lists"] = institution.status_lists
    if institution.exchange is not None:
        written["exchange"] = write_exchange_entry(institution.exchange)
    return written


def parse_institution(value: Any) -> Institution:
    """Read one institution. Raises MalformedError."""
    members = require_object(value, _REQUIRED, _OPTIONAL)
    institution_id = parse_institution_id(members["id"])
    types = members["attestation_types"]
    return Institution(
        institution_id=institution_id,
        entity=require_text(members["entity"]),
        country=require_text(members["country"]),
        authorizations=parse_array(types, 1000, _parse_authorization) if types != [] else (),
        certificates=_parse_seals(members),
        status_lists=_parse_status_lists(members),
        exchange=parse_exchange_entry(members["exchange"]) if "exchange" in members else None,
    )


def parse_institution_id(value: Any) -> str:
    """Return an id in EESSI form, ``LT:1000``. Raises MalformedError."""
    if not isinstance(value, str) or not _INSTITUTION_ID.fullmatch(value):
        raise MalformedError("an institution id has the form LT:1000")
    return value


def parse_status_lists(value: Any) -> str:
    """Return the address of an aggregation of status lists. Raises MalformedError."""
    uri = require_text(value)
    if len(uri) > MAX_URI or not uri.startswith(("https://", "http://")):
        raise MalformedError("status lists have an address with https")
    return uri


def _parse_seals(members: Mapping[str, Any]) -> tuple[x509.Certificate, ...]:
    if "certificates" not in members:
        return ()
    texts = parse_array(members["certificates"], MAX_SEALS, require_text)
    return tuple(parse_certificate(text) for text in texts)


def _parse_status_lists(members: Mapping[str, Any]) -> str | None:
    return parse_status_lists(members["status_lists"]) if "status_lists" in members else None


def _write_authorization(authorization: Authorization) -> dict[str, str]:
    ends = authorization.ends
    until = {} if ends is None else {"until": create_timestamp(ends)}
    return {"vct": authorization.vct, "from": create_timestamp(authorization.starts), **until}


def _parse_authorization(value: Any) -> Authorization:
    members = require_object(value, frozenset({"vct", "from"}), frozenset({"until"}))
    until = members.get("until")
    return Authorization(
        vct=require_text(members["vct"]),
        starts=parse_timestamp(members["from"]),
        ends=None if until is None else parse_timestamp(until),
    )
