"""Look at an operator's folder as a verifier would: every archived issue, verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509

from esspass.errors import UntrustedIssuerError
from esspass.trust.anchors import DIRECTORY, RULES
from esspass.trust.directory import InstitutionDirectory, write_institution
from esspass.trust.explain import describe_service
from esspass.trust.folder import OperatorFolder
from esspass.trust.inspection_rules import InspectionRules
from esspass.trust.issues import STATEMENTS, AnyIssue, create_view, verify_issue
from esspass.trust.jades import create_signer_digest
from esspass.trust.model import ListSnapshot, ListType, TrustedEntity, freshness
from esspass.trust.timestamps import create_timestamp
from esspass.trust.view import TrustView


def read_view(path: Path, now: int) -> TrustView:
    """Verify every issue in the archive under ``anchors.json`` and return them as a view.

    Raises MalformedError and VerificationError when the folder does not hold what it should.
    """
    folder = OperatorFolder(path)
    state = folder.read()
    anchors = folder.anchors(state)
    issues: dict[str, list[AnyIssue]] = {}
    for name, source in state.sources.items():
        certificates = anchors.sources[name].certificates
        numbers = range(source.sequence_number, 0, -1)
        chosen = numbers[:1] if name in STATEMENTS else numbers
        tokens = (folder.read_issue(name, number) for number in chosen)
        issues[name] = list(_verify_all(name, tokens, certificates, now))
    return create_view(issues, {}, {})


def _verify_all(
    name: str, tokens: Iterable[str], certificates: Sequence[x509.Certificate], now: int
) -> Iterator[AnyIssue]:
    """Verify issues; those of a signer the operator has dropped prove nothing any more."""
    for token in tokens:
        try:
            yield verify_issue(name, token, certificates, now)
        except UntrustedIssuerError:
            continue


def describe_view(view: TrustView, now: int) -> dict[str, Any]:
    """Return what is published now, as JSON values."""
    described: dict[str, Any] = {}
    for list_type in ListType:
        newest = view.newest(list_type)
        if newest is not None:
            described[list_type.value] = _describe_snapshot(newest, now)
    if view.directory is not None:
        described[DIRECTORY] = _describe_directory(view.directory, now)
    if view.rules is not None:
        described[RULES] = _describe_rules(view.rules, now)
    return described


def _describe_snapshot(snapshot: ListSnapshot, now: int) -> dict[str, Any]:
    return {
        **_describe_issue(snapshot, now),
        "name": snapshot.name,
        "operator": snapshot.operator_names[0],
        "warnings": list(snapshot.warnings),
        "announced_signers": [create_signer_digest(c) for c in snapshot.announced_signers],
        "entities": [_describe_entity(entity) for entity in snapshot.entities],
    }


def _describe_directory(directory: InstitutionDirectory, now: int) -> dict[str, Any]:
    institutions = [write_institution(i) for i in directory.institutions]
    return {**_describe_issue(directory, now), "institutions": institutions}


def _describe_rules(rules: InspectionRules, now: int) -> dict[str, Any]:
    validity = {name: rules.rules.get(name) for name in ("version", "valid_from", "valid_until")}
    return {**_describe_issue(rules, now), **validity, "languages": sorted(rules.texts)}


def _describe_issue(issue: AnyIssue, now: int) -> dict[str, Any]:
    following = issue.next_update
    return {
        "sequence_number": issue.sequence_number,
        "issued": create_timestamp(issue.issued_at),
        "next_update": None if following is None else create_timestamp(following),
        "freshness": freshness(following, now).value,
        "signer": issue.signer,
    }


def _describe_entity(entity: TrustedEntity) -> dict[str, Any]:
    services = [
        {
            "kind": service.kind.value,
            "subjects": [c.subject.rfc4514_string() for c in service.certificates],
            "certificate_ends": create_timestamp(
                int(min(c.not_valid_after_utc for c in service.certificates).timestamp())
            ),
            "statuses": describe_service(service),
        }
        for service in entity.services
    ]
    return {
        "name": entity.name,
        "country": entity.country,
        "trade_names": list(entity.trade_names),
        "contact": entity.contact.electronic,
        "services": services,
    }
