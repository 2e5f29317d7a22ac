"""Key binding: the holder signs this presentation, for this verifier, now (RFC 9901, 4.3, 7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.errors import KeyBindingError, MalformedError, SignatureError
from esspass.jose.claims import parse_date
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer
from esspass.sdjwt.disclosure import create_digest
from esspass.sdjwt.presentation import SdJwt

TYPE = "kb+jwt"


def create_key_binding(
    presentation: str,
    holder: Signer,
    *,
    nonce: str,
    audience: str,
    now: int,
    claims: Mapping[str, Any] = {},
) -> str:
    """Return ``presentation``, which ends with ``~``, with a KB-JWT of ``holder`` after it.

    ``claims`` are further claims, such as ``transaction_data_hashes``. Raises MalformedError.
    """
    if not presentation.endswith("~"):
        raise MalformedError("already bound, or not an SD-JWT")
    digest = create_digest(presentation)
    payload = {**claims, "iat": now, "aud": audience, "nonce": nonce, "sd_hash": digest}
    return presentation + create_jws({"typ": TYPE}, payload, holder)


def verify_key_binding(
    sd_jwt: SdJwt,
    holder_key: PublicKey,
    *,
    nonce: str,
    audience: str,
    now: int,
    max_age: int = 300,
    leeway: int = 60,
) -> dict[str, Any]:
    """Return the claims of the KB-JWT if it binds ``sd_jwt`` to this request.

    ``max_age`` and ``leeway`` are seconds. Raises KeyBindingError with code kb_missing, kb_typ,
    kb_signature, kb_nonce, kb_audience, kb_sd_hash or kb_iat.
    """
    claims = verify_holder_signature(sd_jwt, holder_key)
    if claims.get("nonce") != nonce:
        raise KeyBindingError("bound to another request", code="kb_nonce")
    if claims.get("aud") != audience:
        raise KeyBindingError("bound to another verifier", code="kb_audience")
    verify_sd_hash(sd_jwt, claims)
    _verify_time(claims, now, max_age, leeway)
    return claims


def verify_holder_signature(sd_jwt: SdJwt, holder_key: PublicKey) -> dict[str, Any]:
    """Return the claims of the KB-JWT if the holder signed it, whatever it says.

    Raises KeyBindingError: kb_missing, kb_typ, kb_signature.
    """
    if sd_jwt.key_binding_jwt is None:
        raise KeyBindingError("the presentation is not bound to its holder", code="kb_missing")
    try:
        jws = parse_jws(sd_jwt.key_binding_jwt)
        if jws.header.get("typ") != TYPE:
            raise KeyBindingError("not a key binding JWT", code="kb_typ")
        verify_jws(jws, holder_key)
        return jws.claims()
    except (MalformedError, SignatureError) as error:
        raise KeyBindingError("the holder's signature is wrong", code="kb_signature") from error


def verify_sd_hash(sd_jwt: SdJwt, claims: Mapping[str, Any]) -> None:
    """Check that the KB-JWT covers exactly these disclosures. Raises KeyBindingError."""
    if claims.get("sd_hash") != create_digest(sd_jwt.bound_part()):
        raise KeyBindingError("bound to other disclosures", code="kb_sd_hash")


def _verify_time(claims: Mapping[str, Any], now: int, max_age: int, leeway: int) -> None:
    try:
        issued_at, not_before, expires_at = (parse_date(claims, n) for n in ("iat", "nbf", "exp"))
    except MalformedError as error:
        raise KeyBindingError("the key binding has no date", code="kb_iat") from error
    if issued_at is None or not now - max_age - leeway <= issued_at <= now + leeway:
        raise KeyBindingError("not made just now", code="kb_iat")
    if (not_before or 0) > now + leeway or (expires_at is not None and expires_at + leeway <= now):
        raise KeyBindingError("outside its own validity", code="kb_iat")
