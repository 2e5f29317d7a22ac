"""What is published, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def write_issue(name: str, issue: Mapping[str, Any]) -> Iterator[str]:
    """Write one issue as ``describe_view`` gives it, an empty line at the end."""
    yield f"{name}: number {issue['sequence_number']}, {issue['freshness']}"
    yield f"  issued {issue['issued']}, next due {issue['next_update'] or 'never'}"
    yield f"  signed by {issue['signer'][:16]}"
    for signer in issue.get("announced_signers", ()):
        if signer != issue["signer"]:
            yield f"  announces the signing key {signer[:16]}: verifiers need anchors.json"
    for entity in issue.get("entities", ()):
        yield from _write_entity(entity)
    for institution in issue.get("institutions", ()):
        yield from _write_institution(institution)
    if "version" in issue:
        yield f"  version {issue['version']} in {', '.join(issue['languages'])}"
        yield f"  in force from {issue['valid_from']} until {issue['valid_until']}"
    yield ""


def _write_entity(entity: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {entity['name']} ({entity['country']}), {entity['contact']}"
    for service in entity["services"]:
        for line in service["statuses"]:
            yield f"    {service['kind']}: {line}"


def _write_institution(institution: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {institution['id']} {institution['entity']}"
    for kind in institution["attestation_types"]:
        until = f" until {kind['until']}" if "until" in kind else ""
        yield f"    {kind['vct']} from {kind['from']}{until}"
    if "certificates" in institution:
        yield f"    paper seals: {len(institution['certificates'])}"
    if "status_lists" in institution:
        yield f"    status lists: {institution['status_lists']}"
    if "exchange" in institution:
        yield from _write_exchange(institution["exchange"])


def _write_exchange(entry: Mapping[str, Any]) -> Iterator[str]:
    yield f"    access point: {entry['endpoint']} ({entry['contact']})"
    for competence in entry["competences"]:
        until = f" until {competence['until']}" if "until" in competence else ""
        state = "" if competence["ready"] else ", not ready"
        role = f"{competence['case_type']} {competence['role']}{state}"
        yield f"    {role} from {competence['from']}{until}"
