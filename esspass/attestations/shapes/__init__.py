"""The published shapes of the documents, one module each, and which one lies before us.

A ``vct`` does not tell the shape: ``urn:eudi:pda1:1`` is used for two of them. ``probe_shape``
looks at claims that are never selectively disclosable, so it works on presentations too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esspass.attestations.model import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Application,
    Document,
    Ehic,
    Pda1,
    Pid,
)
from esspass.attestations.registry import attestation_type
from esspass.attestations.schemas import verify_presentation
from esspass.attestations.shapes import application, ehic, pda1_eudi, pda1_v1, pda1_webuild, pid
from esspass.errors import MalformedError

_WRITERS: Mapping[str, tuple[type, Callable[[Any], dict[str, Any]]]] = {
    PDA1_WEBUILD: (Pda1, pda1_webuild.write_pda1),
    PDA1_EUDI: (Pda1, pda1_eudi.write_pda1),
    EHIC: (Ehic, ehic.write_ehic),
    PID: (Pid, pid.write_pid),
    PDA1_APPLICATION: (Application, application.write_application),
}
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Document]] = {
    pda1_webuild.SHAPE: pda1_webuild.read_pda1,
    pda1_eudi.SHAPE: pda1_eudi.read_pda1,
    pda1_v1.SHAPE: pda1_v1.read_pda1,
    ehic.SHAPE: ehic.read_ehic,
    pid.SHAPE: pid.read_pid,
    application.SHAPE: application.read_application,
}


def probe_shape(vct: str, claims: Mapping[str, Any]) -> str:
    """Name the shape. Raises MalformedError, ``unknown_type`` or ``unknown_shape``."""
    kind = attestation_type(vct).kind
    if vct == PDA1_WEBUILD and "memberstateAppliedLegislation" in claims:
        return pda1_webuild.SHAPE
    if vct == PDA1_EUDI and ("work_information" in claims or _is_list(claims.get("employer"))):
        return pda1_eudi.SHAPE
    if vct == PDA1_EUDI and "work_address" in claims:
        return pda1_v1.SHAPE
    if kind != "pda1":
        return kind
    raise MalformedError("a PD A1 of a shape that is not known here", code="unknown_shape")


def write_claims(document: Document, vct: str) -> dict[str, Any]:
    """Write the business claims of ``document`` in the shape we issue under ``vct``.

    Raises MalformedError: ``unknown_type``, ``not_expressible`` (the shape has no place for
    something the document says, or needs something it lacks).
    """
    attestation_type(vct)
    model, write = _WRITERS[vct]
    if not isinstance(document, model):
        raise MalformedError("this document is of another type", code="not_expressible")
    return write(document)


def read_claims(vct: str, claims: Mapping[str, Any]) -> Document:
    """Read complete claims, envelope or not, of any shape known under ``vct``.

    Raises MalformedError: ``unknown_type``, ``unknown_shape``, ``schema_violation`` (also if a
    claim the document needs was not disclosed).
    """
    shape = probe_shape(vct, claims)
    verify_presentation(vct, {"vct": vct, **claims})
    try:
        return _READERS[shape](claims)
    except KeyError as error:
        raise MalformedError("the claims are not complete", code="schema_violation") from error


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
