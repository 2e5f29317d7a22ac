"""Signed words about a check, without names: a receipt for the wallet, a proof for the file.

Both are JWS under the verifier's access certificate. A receipt names the presentation by a digest
that only its wallet can match; a proof names document and person by salted digests, which whoever
has the salt can confirm and nobody can guess (GDPR, Article 5(1)(c)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from esspass.jose.jws import create_json, create_jws
from esspass.keys.certificates import create_x5c
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import Signer
from verifier.cases import Case
from verifier.persons import CasePerson
from verifier.purposes import find_purpose

RECEIPT_TYP = "verification-receipt+jwt"
PROOF_TYP = "verification-proof+jwt"


def create_receipt(case: Case, person: CasePerson, issuer: str, signer: Signer) -> str:
    """Sign what the wallet may keep: what came out, when, on which ground."""
    claims = {**_describe(case, person, issuer), "sub_hash": person.binding_digest}
    return _sign(RECEIPT_TYP, claims, signer)


def create_proof(case: Case, person: CasePerson, issuer: str, signer: Signer) -> str:
    """Sign the verdict with salted digests of document and person, while what was shown is kept."""
    claims = _describe(case, person, issuer)
    if case.reference:
        claims["reference"] = case.reference
    if person.evidence is not None:
        claims |= _describe_salted(person.evidence)
    return _sign(PROOF_TYP, claims, signer)


def create_salted_digest(salt: str, value: Any) -> str:
    """Return the base64url SHA-256 of salt and canonical JSON."""
    return encode_base64url(hashlib.sha256(salt.encode() + create_json(value)).digest())


def _describe(case: Case, person: CasePerson, issuer: str) -> dict[str, Any]:
    purpose, ruling = find_purpose(case.purpose), person.ruling
    described = {
        "iss": issuer,
        "jti": person.id,
        "iat": person.taken_at,
        "outcome": ruling["outcome"],
        "reason": ruling["reason"],
        "rules_version": ruling["version"],
        "purpose": purpose.id,
        "legal_basis": purpose.legal_basis["en"],
        "country": case.country,
        "date": case.day,
    }
    return {**described, "place": case.place} if case.place else described


def _describe_salted(evidence: Mapping[str, Any]) -> dict[str, str]:
    salt, document = evidence["salt"], evidence["facts"]["document"]
    person = document["person"] or {}
    born = [person.get(name) for name in ("surnames", "forenames", "date_of_birth")]
    return {
        "document_hash": create_salted_digest(salt, document["number"]),
        "person_hash": create_salted_digest(salt, born),
    }


def _sign(typ: str, claims: Mapping[str, Any], signer: Signer) -> str:
    return create_jws({"typ": typ, "x5c": create_x5c(signer.certificates)}, claims, signer)
