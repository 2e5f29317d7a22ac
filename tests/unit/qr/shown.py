"""Presentations as a wallet shows them on its screen: documents of the demo people, bound."""

from functools import lru_cache

from demo.people import citizens
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, Pda1, attestation_type, write_claims
from esspass.keys.jwk import create_jwk
from esspass.sdjwt import create_key_binding, create_presentation, create_sd_jwt_vc
from tests.builders.credentials import create_parties
from tests.builders.documents import NOW as ISSUED
from tests.builders.documents import TODAY, envelope
from verifier.queries import create_query

NOW = ISSUED + 3600
NONCE = "cc3wX6vPq1Pb7m4cVtQ5Zw"
AUDIENCE = "urn:esspass:shown:labour-inspection"


def _documents():
    for citizen in citizens(TODAY):
        for document in citizen.documents:
            for vct in (PDA1_WEBUILD, PDA1_EUDI) if isinstance(document, Pda1) else (EHIC,):
                yield f"{citizen.key} {vct}", (vct, document)


# Every document of the demo people in every type we issue it as, by name: vct and document.
DOCUMENTS = dict(_documents())


@lru_cache(maxsize=32)
def credential(vct, document):
    parties = create_parties()
    holder = create_jwk(parties.holder.public_key)
    claims = {**envelope(vct, holder_jwk=holder), **write_claims(document, vct)}
    return create_sd_jwt_vc(claims, attestation_type(vct).disclosable, parties.issuer)


def asked(vct):
    """What the verifier asks of a document of this type when all of it is there."""
    kind = attestation_type(vct).kind
    queries = create_query(kind, with_pid=False)["credentials"]
    found = next(query for query in queries if query["meta"]["vct_values"] == [vct])
    return [tuple(claim["path"]) for claim in found["claims"]]


def show(vct, document, paths=None):
    """The SD-JWT+KB that discloses ``paths``, or all."""
    paths = attestation_type(vct).disclosable if paths is None else paths
    shown = create_presentation(credential(vct, document), paths)
    return create_key_binding(
        shown,
        create_parties().holder,
        nonce=NONCE,
        audience=AUDIENCE,
        now=NOW,
        claims={"exp": NOW + 60},
    )
