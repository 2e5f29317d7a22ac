"""Good documents and credentials' claims, and ways to spoil or to hide parts of them."""

import copy
from datetime import date

from demo.people import citizens
from esspass.attestations import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Application,
    attestation_type,
    create_envelope,
    write_claims,
)

TODAY = date(2026, 3, 15)
NOW = 1_773_532_800  # the same day, 00:00 UTC
VCTS = (PDA1_WEBUILD, PDA1_EUDI, EHIC, PID, PDA1_APPLICATION)
HOLDER_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "52aDI_ur05n1f_p3jiYGUU82oKZr3m4LsAErM536crQ",
    "y": "ckhZ-KQ5aXNL91R8Eufg1aOf8Z5pZJnIvuCzNGfdnzo",
}


def citizen(key):
    return next(found for found in citizens(TODAY) if found.key == key)


def a_pda1():
    """Of the posted builder."""
    return citizen("builder").documents[0]


def an_ehic():
    """Of the posted builder."""
    return citizen("builder").documents[1]


def a_represented_ehic():
    """Of a child, held by a parent."""
    return citizen("parent").documents[0]


def a_pid():
    """Of the posted builder."""
    return citizen("builder").pid


def an_application():
    """Of the posted builder, for the same work."""
    decided = a_pda1()
    return Application(
        document_number="AP-LT-2026-000001",
        pin=decided.pin,
        applied_on=date(2026, 3, 2),
        legislation_country=decided.legislation_country,
        starts=decided.starts,
        ends=decided.ends,
        employments=decided.employments,
        states_of_work=("GR",),
        institution=decided.institution,
        issued_on=date(2026, 3, 2),
    )


def document_for(vct):
    makers = {
        PDA1_WEBUILD: a_pda1, PDA1_EUDI: a_pda1, EHIC: an_ehic, PID: a_pid,
        PDA1_APPLICATION: an_application,
    }  # fmt: skip
    return makers[vct]()


def envelope(vct, **changes):
    values = {
        "issuer": "https://issuer.example",
        "identifier": "urn:uuid:9b1deb4d-5b1d-47b5-9e3e-2b0e1b123456",
        "issued_at": NOW,
        "expires_at": NOW + 90 * 86400,
        "holder_jwk": HOLDER_JWK,
        "status": {"idx": 4711, "uri": "https://issuer.example/status/1"},
    }
    return create_envelope(vct, **{**values, **changes})


def complete_claims(vct, document=None):
    """What an issuer of ours signs."""
    return {**envelope(vct), **write_claims(document or document_for(vct), vct)}


def changed(claims, path, value):
    """A copy with ``value`` at ``path`` (members on the way must exist)."""
    result = copy.deepcopy(claims)
    node = result
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return result


def without(claims, path):
    """A copy that lacks what is at ``path``."""
    result = copy.deepcopy(claims)
    node = result
    for part in path[:-1]:
        node = node[part]
    del node[path[-1]]
    return result


def hide(vct, claims, hidden):
    """What is left when the disclosures at the paths of ``hidden`` are withheld."""
    assert set(hidden) <= set(attestation_type(vct).disclosable)
    return _hide(claims, (), frozenset(hidden))


def _hide(node, path, hidden):
    if isinstance(node, dict):
        return {
            name: _hide(value, (*path, name), hidden)
            for name, value in node.items()
            if (*path, name) not in hidden
        }
    if isinstance(node, list):
        if (*path, None) in hidden:
            return []
        return [_hide(value, (*path, None), hidden) for value in node]
    return node
