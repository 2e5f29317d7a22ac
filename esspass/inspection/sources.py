"""The bundle of sources: everything a decision rests on, verified again under its pinned anchors.

Lists, directory, rules and status lists as signed tokens in one JSON object. A bundle goes into a
browser that works offline, and into every case file, so that a decision can be made again. What is
not to be believed is left out, and ``problems`` says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esspass.errors import MalformedError, VerificationError
from esspass.inspection.rules import RuleSet, parse_rule_set
from esspass.inspection.status import StatusSnapshot
from esspass.jose.jws import parse_jws
from esspass.trust import (
    DIRECTORY,
    RULES,
    AnyIssue,
    ListType,
    Refresh,
    TrustAnchors,
    TrustView,
    create_view,
    verify_issue,
)
from esspass.trust.jades import MAX_LIST_BYTES

MAX_ISSUES = 100
MAX_STATUSES = 1000
MAX_CERTIFICATES = 20
_NAMES = (*ListType, DIRECTORY, RULES)
_MEMBERS = frozenset(
    {"made_at", "anchors", "lists", "directory", "rules", "fetched", "problems", "statuses"}
)
_Anchors = Mapping[str, tuple[x509.Certificate, ...]]


@dataclass(frozen=True)
class Sources:
    """Verified sources. ``signed_at`` is the latest time that a pinned signer put on any of them.

    ``document`` is the bundle as it was read.
    """

    view: TrustView = field(repr=False)
    statuses: StatusSnapshot = field(repr=False)
    made_at: int
    signed_at: int
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def rules(self) -> RuleSet | None:
        """The rules of the view, if they are whole."""
        return read_rule_set(self.view)


def read_rule_set(view: TrustView) -> RuleSet | None:
    """Return the published rules; None where there are none, or none that can be understood."""
    if view.rules is None:
        return None
    try:
        rule_set = parse_rule_set(view.rules.rules, view.rules.texts)
    except MalformedError:
        return None
    return replace(rule_set, next_update=view.rules.next_update)


def create_token_reference(token: str) -> str:
    """Return what stands for a token that is kept elsewhere: ``sha256:<hex>``."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"


def create_sources(
    anchors: TrustAnchors,
    tokens: Mapping[str, Sequence[str]],
    view: TrustView,
    statuses: Mapping[str, tuple[str, int]],
    made_at: int,
) -> dict[str, Any]:
    """Write a bundle of ``tokens`` (newest first, by name) and status tokens by address."""
    return {
        "made_at": made_at,
        "anchors": {
            name: [c.public_bytes(Encoding.PEM).decode("ascii") for c in source.certificates]
            for name, source in anchors.sources.items()
        },
        "lists": {name: list(tokens[name]) for name in ListType if tokens.get(name)},
        "directory": next(iter(tokens.get(DIRECTORY, ())), None),
        "rules": next(iter(tokens.get(RULES, ())), None),
        "fetched": {
            name: refresh.succeeded_at
            for name, refresh in view.refreshes.items()
            if refresh.succeeded_at
        },
        "problems": dict(view.problems),
        "statuses": {
            uri: {"token": token, "fetched_at": fetched_at}
            for uri, (token, fetched_at) in statuses.items()
        },
    }


def parse_sources(
    value: Any, *, tokens: Mapping[str, str] | None = None, anchors: TrustAnchors | None = None
) -> Sources:
    """Verify a bundle under its own anchors, or under ``anchors`` where they are given.

    ``tokens`` holds what ``sha256:`` references stand for. Reads no clock: a token is verified at
    the moment it says it was signed at. Raises MalformedError ``bad_sources``; a token that is not
    to be believed is no error but a problem.
    """
    bundle = _require_bundle(value)
    resolve = _Resolver(tokens or {})
    pinned = (
        _parse_anchors(bundle["anchors"])
        if anchors is None
        else {name: source.certificates for name, source in anchors.sources.items()}
    )
    problems = dict(bundle["problems"])
    issues = {
        name: _verify_all(name, [resolve(each) for each in found], pinned.get(name, ()), problems)
        for name, found in _list_tokens(bundle).items()
    }
    fetched = bundle["fetched"]
    refreshes = {name: Refresh(moment, moment) for name, moment in fetched.items()}
    times = [issue.issued_at for found in issues.values() for issue in found]
    statuses = {
        uri: (resolve(entry["token"]), entry["fetched_at"])
        for uri, entry in bundle["statuses"].items()
    }
    view = create_view(issues, problems, refreshes)
    snapshot = StatusSnapshot(statuses)
    return Sources(view, snapshot, bundle["made_at"], max(times, default=0), bundle)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Gives the token a reference stands for, if it is that token."""

    tokens: Mapping[str, str]

    def __call__(self, text: str) -> str:
        if not text.startswith("sha256:"):
            return text
        token = self.tokens.get(text)
        if token is None or create_token_reference(token) != text:
            raise MalformedError("a token is missing, or not the one named", code="bad_sources")
        return token


def _list_tokens(bundle: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {name: list(tokens) for name, tokens in bundle["lists"].items()}
    for name, member in ((DIRECTORY, "directory"), (RULES, "rules")):
        if bundle[member] is not None:
            found[name] = [bundle[member]]
    return found


def _verify_all(
    name: str,
    tokens: Sequence[str],
    certificates: Sequence[x509.Certificate],
    problems: dict[str, str],
) -> list[AnyIssue]:
    """Verify issues, newest first; note why one is left out."""
    verified: list[AnyIssue] = []
    for token in tokens:
        try:
            verified.append(verify_issue(name, token, certificates, _read_moment(token)))
        except (MalformedError, VerificationError) as error:
            problems[name] = error.code
    return sorted(verified, key=lambda issue: -issue.sequence_number)


def _read_moment(token: str) -> int:
    """When a token says it was signed: lists of tomorrow are for the decision to doubt."""
    signed_at = parse_jws(token, MAX_LIST_BYTES).header.get("iat")
    return signed_at if type(signed_at) is int else 0


def _require_bundle(value: Any) -> Mapping[str, Any]:
    _require(isinstance(value, dict) and _MEMBERS <= value.keys() <= {*_MEMBERS, "tokens"})
    _require(_is_time(value["made_at"]))
    _require_maps(value)
    for found in value["lists"].values():
        _require(isinstance(found, list) and len(found) <= MAX_ISSUES and _are_texts(found))
    for member in ("directory", "rules"):
        _require(value[member] is None or isinstance(value[member], str))
    _require(all(_is_time(moment) for moment in value["fetched"].values()))
    _require(_are_texts(value["problems"].values()))
    for entry in value["statuses"].values():
        _require(isinstance(entry, dict) and entry.keys() == {"token", "fetched_at"})
        _require(isinstance(entry["token"], str) and _is_time(entry["fetched_at"]))
    return dict(value)


def _require_maps(value: Mapping[str, Any]) -> None:
    for member in ("anchors", "lists", "fetched", "problems", "statuses"):
        _require(isinstance(value[member], dict) and len(value[member]) <= MAX_STATUSES)
    named = {*value["anchors"], *value["lists"], *value["fetched"], *value["problems"]}
    _require(named <= set(_NAMES) and set(value["lists"]) <= set(ListType))


def _parse_anchors(value: Mapping[str, Any]) -> _Anchors:
    for pems in value.values():
        _require(isinstance(pems, list) and len(pems) <= MAX_CERTIFICATES and _are_texts(pems))
    try:
        return {
            name: tuple(x509.load_pem_x509_certificate(pem.encode()) for pem in pems)
            for name, pems in value.items()
        }
    except ValueError as error:
        raise MalformedError("an anchor is no certificate", code="bad_sources") from error


def _are_texts(values: Any) -> bool:
    return all(isinstance(each, str) for each in values)


def _is_time(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _require(condition: object) -> None:
    if not condition:
        raise MalformedError("not a bundle of sources", code="bad_sources")
