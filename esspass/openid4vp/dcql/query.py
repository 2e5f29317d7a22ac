"""The query itself (OpenID4VP 1.0, sections 6 to 6.3): its members and the rules they obey.

Unknown members are ignored, as section 6 demands; everything known is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from esspass.errors import MalformedError
from esspass.openid4vp.dcql.paths import MAX_NAME, ClaimPath, parse_path

SD_JWT_VC = "dc+sd-jwt"
MSO_MDOC = "mso_mdoc"
MAX_ENTRIES = 64

T = TypeVar("T")
Value = str | int | bool
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# SD-JWT VC, section 3.2.2.2: these are always shown, so asking for them asks for nothing.
_ALWAYS_SHOWN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim asked for (section 6.3); ``values`` narrows which values are welcome."""

    path: ClaimPath
    id: str | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """A group of issuers the verifier would accept (section 6.1.1)."""

    type: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """One credential asked for (section 6.1).

    ``vct_values`` holds the types of an SD-JWT VC and is empty for any other format.
    """

    id: str
    format: str
    meta: Mapping[str, Any]
    vct_values: tuple[str, ...] = ()
    claims: tuple[ClaimsQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    require_cryptographic_holder_binding: bool = True
    trusted_authorities: tuple[TrustedAuthority, ...] = ()

    @property
    def combinations(self) -> tuple[tuple[ClaimsQuery, ...], ...]:
        """The sets of claims that satisfy this query, the preferred one first (section 6.4.1)."""
        if not self.claim_sets:
            return (self.claims,)
        by_id = {claim.id: claim for claim in self.claims}
        return tuple(tuple(by_id[name] for name in names) for names in self.claim_sets)


@dataclass(frozen=True, slots=True)
class CredentialSetQuery:
    """Alternatives among the credentials asked for (section 6.2)."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """A whole query."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...] = ()

    @property
    def sets(self) -> tuple[CredentialSetQuery, ...]:
        """What must be answered; without ``credential_sets`` every credential (section 6.4.2)."""
        if self.credential_sets:
            return self.credential_sets
        return (CredentialSetQuery((tuple(query.id for query in self.credentials),)),)

    def credential(self, query_id: str) -> CredentialQuery:
        """Return one credential query. Raises KeyError."""
        return next(query for query in self.credentials if query.id == query_id)


def parse_dcql(value: Any) -> DcqlQuery:
    """Read a query out of JSON. Raises MalformedError with code ``invalid_dcql``."""
    try:
        return _query(_object(value))
    except MalformedError as error:
        raise MalformedError(str(error), code="invalid_dcql") from error


def verify_minimal(query: DcqlQuery) -> None:
    """Refuse to send a query that asks for more, or twice, than its answer can use.

    Each claim is asked for once and used by some combination, each credential by some set, and
    what is always shown is not asked for (section 6.1; HAIP 1.0, section 5). MalformedError.
    """
    used = {name for each in query.sets for option in each.options for name in option}
    if {each.id for each in query.credentials} - used:
        raise MalformedError("a credential is in no credential set", code="invalid_dcql")
    for each in query.credentials:
        paths = [claim.path for claim in each.claims]
        wanted = {claim.path for combination in each.combinations for claim in combination}
        if len(set(paths)) < len(paths) or set(paths) - wanted:
            raise MalformedError("a claim is repeated or unreferenced", code="invalid_dcql")
        if each.format == SD_JWT_VC and any(path[0] in _ALWAYS_SHOWN for path in paths):
            raise MalformedError("a claim that is always shown is asked for", code="invalid_dcql")


def _query(value: Mapping[str, Any]) -> DcqlQuery:
    credentials = _array(value.get("credentials"), _credential)
    known = _unique([each.id for each in credentials])
    sets = _optional(value, "credential_sets", lambda entry: _credential_set(entry, known))
    return DcqlQuery(credentials, sets)


def _credential(value: Any) -> CredentialQuery:
    entry = _object(value)
    query_format, meta = _text(entry.get("format")), _object(entry.get("meta"))
    claims = _optional(entry, "claims", lambda claim: _claim(claim, query_format))
    names = _unique([claim.id for claim in claims if claim.id is not None])
    sets = _optional(entry, "claim_sets", lambda each: _references(each, names))
    if sets and len(names) < len(claims):
        raise MalformedError("claim_sets needs claims that all have an id")
    return CredentialQuery(
        id=_identifier(entry.get("id")),
        format=query_format,
        meta=meta,
        vct_values=_types(query_format, meta),
        claims=claims,
        claim_sets=sets,
        multiple=_flag(entry, "multiple", default=False),
        require_cryptographic_holder_binding=_flag(
            entry, "require_cryptographic_holder_binding", default=True
        ),
        trusted_authorities=_optional(entry, "trusted_authorities", _authority),
    )


def _types(query_format: str, meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Annex B.3.5 for SD-JWT VC, B.2.3 for mdoc; other formats are none of ours."""
    if query_format == SD_JWT_VC:
        return _array(meta.get("vct_values"), _text)
    if query_format == MSO_MDOC:
        _text(meta.get("doctype_value"))
    return ()


def _claim(value: Any, query_format: str) -> ClaimsQuery:
    entry = _object(value)
    path = parse_path(entry.get("path"))
    if query_format == MSO_MDOC:
        _verify_mdoc_claim(entry, path)
    name = _identifier(entry["id"]) if "id" in entry else None
    return ClaimsQuery(path, name, _optional(entry, "values", _value))


def _verify_mdoc_claim(entry: Mapping[str, Any], path: ClaimPath) -> None:
    """Check what Annex B.2.4 adds: a namespace and an element; intent_to_retain."""
    _flag(entry, "intent_to_retain", default=False)
    if len(path) != 2 or not all(isinstance(component, str) for component in path):
        raise MalformedError("an mdoc claims path is a namespace and an element")


def _authority(value: Any) -> TrustedAuthority:
    entry = _object(value)
    return TrustedAuthority(_text(entry.get("type")), frozenset(_array(entry.get("values"), _text)))


def _credential_set(value: Any, known: Collection[str]) -> CredentialSetQuery:
    entry = _object(value)
    options = _array(entry.get("options"), lambda option: _references(option, known))
    return CredentialSetQuery(options, _flag(entry, "required", default=True))


def _references(value: Any, known: Collection[str]) -> tuple[str, ...]:
    names = _array(value, _identifier)
    if not set(names) <= set(known):
        raise MalformedError("a set refers to something that is not in the query")
    _unique(names)
    return names


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedError("an object is expected in the query")
    return value


def _array(value: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ENTRIES:
        raise MalformedError("a non-empty array is expected in the query")
    return tuple(read(entry) for entry in value)


def _optional(entry: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    return _array(entry[name], read) if name in entry else ()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME:
        raise MalformedError("a non-empty string is expected in the query")
    return value


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise MalformedError("an id holds letters, digits, _ and -")
    return value


def _unique(names: Sequence[str]) -> frozenset[str]:
    if len(set(names)) < len(names):
        raise MalformedError("an id appears twice")
    return frozenset(names)


def _flag(entry: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = entry.get(name, default)
    if not isinstance(value, bool):
        raise MalformedError(f"{name} is true or false")
    return value


def _value(value: Any) -> Value:
    if not isinstance(value, str | int) or len(str(value)) > MAX_NAME:
        raise MalformedError("values holds strings, integers and booleans")
    return value
