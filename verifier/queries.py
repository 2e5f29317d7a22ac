"""What is asked of a wallet, for each kind of document (DCQL, OpenID4VP 1.0, section 6).

As little as the question needs: names and date of birth to compare with the identity, the entries
an inspection is about, never nationality, gender or home address. Documents without a name are
compared by personal number, so only with those the identity's number is asked for. The portrait of
the identity is for comparing the person: asked for where there is one, never a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.openid4vp.dcql import SD_JWT_VC

Kind = Literal["pda1", "ehic"]
KINDS: tuple[Kind, ...] = ("pda1", "ehic")
IDENTITIES = frozenset({"pid", "pid_number"})

_Path = list[str | None]
_A1_CORE: dict[str, _Path] = {
    "names": ["subject", "names"],
    "birth": ["subject", "dateOfBirth"],
    "number": ["documentID"],
    "institution": ["competentInstitution"],
}
_A1_WORK: dict[str, _Path] = {
    "status": ["statusConfirmation"],
    "employers": ["employmentSituations", None],
    "places": ["placesOfWork"],
}
_FLAT: dict[str, _Path] = {
    "pin": ["personal_administrative_number"],
    "number": ["document_number"],
}
_PID_CORE: dict[str, _Path] = {
    "family_name": ["family_name"],
    "given_name": ["given_name"],
    "birthdate": ["birthdate"],
}
_PID_NUMBER: dict[str, _Path] = {
    "pin": ["personal_administrative_number"],
    "country": ["issuing_country"],
}
_PORTRAIT: dict[str, _Path] = {"portrait": ["picture"]}


def create_query(
    kind: Kind, *, with_pid: bool, authority_keys: Callable[[str], Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return the DCQL query for one document, together with the holder's PID or without.

    ``pda1`` takes either published shape of the A1. ``authority_keys`` gives, for a vct, the key
    identifiers that a wallet's choice is limited to; none means no limit.
    """
    documents = _a1() if kind == "pda1" else [(_credential("ehic", EHIC, _FLAT), "pid_number")]
    credentials = [document for document, _ in documents]
    options = [[document["id"]] for document in credentials]
    if with_pid:
        needed = dict.fromkeys(identity for _, identity in documents)
        credentials += [_identity(identity) for identity in needed]
        options = [[document["id"], identity] for document, identity in documents]
    if authority_keys is not None:
        for credential in credentials:
            _limit(credential, authority_keys(credential["meta"]["vct_values"][0]))
    return {"credentials": credentials, "credential_sets": [{"options": options}]}


def _limit(credential: dict[str, Any], keys: Sequence[str]) -> None:
    """Accept certain authorities only (OpenID4VP 1.0, section 6.1.1.1)."""
    if keys:
        credential["trusted_authorities"] = [{"type": "aki", "values": list(keys)}]


def _a1() -> list[tuple[dict[str, Any], str]]:
    return [
        (_credential("a1", PDA1_WEBUILD, _A1_CORE, _A1_WORK), "pid"),
        (_credential("a1_flat", PDA1_EUDI, _FLAT), "pid_number"),
    ]


def _identity(query_id: str) -> dict[str, Any]:
    further = [_PID_NUMBER] if query_id == "pid_number" else []
    return _credential(query_id, PID, _PID_CORE, *further, _PORTRAIT)


def _credential(
    query_id: str, vct: str, core: dict[str, _Path], *further: dict[str, _Path]
) -> dict[str, Any]:
    """Ask for all; if the document lacks some, without the last of ``further``, and so on."""
    sets = [dict(core)]
    for more in further:
        sets.insert(0, {**sets[0], **more})
    paths = sets[0]
    query: dict[str, Any] = {
        "id": query_id,
        "format": SD_JWT_VC,
        "meta": {"vct_values": [vct]},
        "claims": [{"id": name, "path": path} for name, path in paths.items()],
    }
    if further:
        query["claim_sets"] = [list(each) for each in sets]
    return query
