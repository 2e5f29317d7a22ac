"""The envelope: a message signed by its sender, sealed for one receiver.

Inside, a JWS (``typ`` sed+jwt, the sender's certificate in ``x5c``), a line feed, and the
attachments one after another, in the order and of the sizes that the JWS says; around it a JWE to
the key of the receiver's access point. All receivers of a message get the same JWS, so what was
said to one can be shown to all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import ExpiredError, MalformedError, VerificationError
from esspass.exchange.model import Attachment, Message
from esspass.exchange.partners import find_entry, require_directory, verify_sender, verify_signer
from esspass.exchange.wire import parse_message, write_message
from esspass.jose.jwe import EncryptionKey, decrypt_jwe, encrypt_jwe
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import Signer
from esspass.trust.directory import InstitutionDirectory

TYP = "sed+jwt"
MEDIA_TYPE = "application/jose"
MAX_MESSAGE_BYTES = 10 * 1024 * 1024
MAX_SIGNED_BYTES = 1024 * 1024
MAX_ENVELOPE_BYTES = MAX_MESSAGE_BYTES * 4 // 3 + 4096
LEEWAY = 300
_CLAIMS = frozenset({"iss", "aud", "iat", "message"})


@dataclass(frozen=True, slots=True)
class Received:
    """A message that its sender signed; the attachments by SHA-256 (base64url).

    ``signed`` is the JWS, ``digest`` its SHA-256: the receipt names it.
    """

    message: Message
    attachments: Mapping[str, bytes] = field(repr=False)
    signed: str = field(repr=False)
    digest: str


def create_digest(data: bytes) -> str:
    """Return base64url(SHA-256)."""
    return encode_base64url(hashlib.sha256(data).digest())


def sign_message(message: Message, signer: Signer) -> str:
    """Sign a message with the institution's exchange key. Raises MalformedError ``too_large``."""
    claims = {
        "iss": message.sender,
        "aud": list(message.receivers),
        "iat": message.sent_at,
        "message": write_message(message),
    }
    signed = create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)
    if len(signed) + 1 + sum(each.size for each in message.attachments) > MAX_MESSAGE_BYTES or (
        len(signed) > MAX_SIGNED_BYTES
    ):
        raise MalformedError("a message has at most 10 MB", code="too_large")
    return signed


def seal_message(
    signed: str,
    message: Message,
    attachments: Mapping[str, bytes],
    recipient_jwk: Mapping[str, Any],
) -> str:
    """Put a signed message and its attachments into an envelope for one receiver."""
    return seal(signed, b"".join(attachments[a.sha256] for a in message.attachments), recipient_jwk)


def seal(signed: str, files: bytes, recipient_jwk: Mapping[str, Any]) -> str:
    """Put a JWS and the bytes that belong to it into an envelope for one receiver."""
    return encrypt_jwe(b"\n".join((signed.encode("ascii"), files)), recipient_jwk)


def create_envelope(
    message: Message,
    attachments: Mapping[str, bytes],
    signer: Signer,
    recipient_jwk: Mapping[str, Any],
) -> str:
    """Sign and seal a message; ``attachments`` by SHA-256. Raises MalformedError ``too_large``."""
    return seal_message(sign_message(message, signer), message, attachments, recipient_jwk)


def open_envelope(text: str, key: EncryptionKey) -> tuple[str, bytes]:
    """Decrypt; return the unverified JWS and the bytes behind it.

    Raises MalformedError (``too_large``) and VerificationError.
    """
    if len(text) > MAX_ENVELOPE_BYTES:
        raise MalformedError("a message has at most 10 MB", code="too_large")
    signed, separator, files = decrypt_jwe(text, key, MAX_ENVELOPE_BYTES).partition(b"\n")
    if not separator or not signed.isascii():
        raise MalformedError("the envelope holds no message")
    return signed.decode("ascii"), files


def verify_envelope(
    text: str, key: EncryptionKey, directory: InstitutionDirectory | None, me: str, now: int
) -> Received:
    """Open an envelope and believe it only if a competent institution signed it, for ``me``.

    Raises MalformedError, SignatureError, UndecidedError (no current directory) and
    VerificationError: ``unknown_institution``, ``unknown_signer``, ``signer_expired``,
    ``wrong_sender``, ``wrong_receiver``, ``sender_without_competence``, ``altered_attachment``.
    """
    signed, files = open_envelope(text, key)
    return verify_signed(signed, files, require_directory(directory, now), me, now)


def verify_signed(
    signed: str, files: bytes, directory: InstitutionDirectory, me: str, now: int
) -> Received:
    """Verify what ``open_envelope`` found, as ``verify_envelope``."""
    jws = parse_jws(signed, MAX_SIGNED_BYTES)
    if jws.header.get("typ") != TYP:
        raise MalformedError(f"typ must be {TYP}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    message = _read_claims(jws.claims())
    entry = find_entry(directory, message.sender)
    verify_signer(entry, chain[0], now)
    if me not in message.receivers:
        raise VerificationError("the message is for another institution", code="wrong_receiver")
    verify_not_early(message, now)
    verify_sender(entry, message, now)
    attachments = _split(files, message.attachments)
    return Received(message, attachments, signed, create_digest(signed.encode("ascii")))


def verify_not_early(message: Message, now: int) -> None:
    """Refuse what says it was sent later than now. Raises ExpiredError ``not_yet_valid``."""
    if message.sent_at > now + LEEWAY:
        raise ExpiredError("the message is from the future", code="not_yet_valid")


def _read_claims(claims: Mapping[str, Any]) -> Message:
    if claims.keys() != _CLAIMS:
        raise MalformedError("a signed message lacks claims, or has others")
    message = parse_message(claims["message"])
    if claims["iss"] != message.sender or message.sender in message.receivers:
        raise VerificationError("another institution signed than sends", code="wrong_sender")
    if claims["aud"] != list(message.receivers) or claims["iat"] != message.sent_at:
        raise MalformedError("the claims are not those of the message")
    return message


def _split(files: bytes, listed: tuple[Attachment, ...]) -> dict[str, bytes]:
    """Cut the attachments apart; each must be the one that was signed."""
    if len(files) != sum(each.size for each in listed):
        raise VerificationError("attachments are missing or cut", code="altered_attachment")
    attachments, start = {}, 0
    for each in listed:
        data = files[start : start + each.size]
        if create_digest(data) != each.sha256:
            raise VerificationError("an attachment was altered", code="altered_attachment")
        attachments[each.sha256], start = data, start + each.size
    return attachments
