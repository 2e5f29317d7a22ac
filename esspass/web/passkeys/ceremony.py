"""The two ceremonies of WebAuthn level 3, registration (7.1) and sign-in (7.2).

Discoverable credentials, user verification required, no attestation asked or accepted. The
library checks type, challenge, origin, relying party, flags and signature; the counter, the user
handle and cross-origin frames are checked here.

The PRF extension is evaluated over one constant per relying party, because a discoverable sign-in
does not know its user beforehand; the user's own salt enters when the output is derived
(``derive_prf_secret``). Outputs differ per passkey in any case.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import webauthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_attestation_object,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from esspass.errors import MalformedError, VerificationError
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.web.passkeys.store import Challenge, Passkey, PasskeyStore, User

REGISTER, SIGN_IN, CONFIRM = "register", "sign_in", "confirm"
PRF_BYTES = 32
_PRF_INFO = b"esspass passkey prf v1"
_REFUSALS = (
    WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registration:
    """Who is about to get a passkey: an existing user, or a new one (perhaps invited)."""

    user_id: str
    user_name: str
    role: str
    invitation_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """The ceremonies of one relying party: host name, shown name, origin of its pages.

    ``admit`` is told of a new user, with the role of the invitation, in that transaction.
    """

    store: PasskeyStore
    rp_id: str
    rp_name: str
    origin: str
    prf: bool = False
    admit: Callable[[User, str, int], None] | None = None

    def begin_registration(self, who: Registration, now: int) -> tuple[str, dict[str, Any]]:
        """Return the name of the challenge for the cookie and the options for the browser."""
        known = [
            PublicKeyCredentialDescriptor(base64url_to_bytes(passkey.id))
            for passkey in self.store.list_passkeys(who.user_id)
        ]
        options = webauthn.generate_registration_options(
            rp_id=self.rp_id,
            rp_name=self.rp_name,
            user_id=decode_base64url(who.user_id),
            user_name=who.user_name,
            exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        name = self._ask(
            REGISTER, options.challenge, (who.user_id, who.user_name, who.invitation_hash), now
        )
        return name, self._with_prf(options_to_json_dict(options))

    def finish_registration(
        self, name: str, credential: Mapping[str, Any], role: str, now: int, label: str = ""
    ) -> Passkey:
        """Keep the new passkey and, if new, its user. Raises VerificationError."""
        asked = self.store.take_challenge(REGISTER, name, now)
        verified = self._verify_registration(credential, base64url_to_bytes(asked.challenge))
        user_id = str(asked.user_id)
        passkey = Passkey(
            bytes_to_base64url(verified.credential_id),
            user_id,
            label,
            bytes_to_base64url(verified.credential_public_key),
            verified.sign_count,
            now,
        )
        user = new_user(user_id, role, str(asked.user_name))
        with self.store.database.atomic():
            self.store.add_user(user, now)
            if asked.invitation_hash:
                invited_as = self.store.use_invitation(asked.invitation_hash, now)
                if self.admit is not None:
                    self.admit(user, invited_as, now)
            self.store.add_passkey(passkey)
        return passkey

    def begin_sign_in(self, now: int, user_id: str | None = None) -> tuple[str, dict[str, Any]]:
        """Ask any passkey of ours, or (to confirm) one of the user's own."""
        own = self.store.list_passkeys(user_id) if user_id else []
        options = webauthn.generate_authentication_options(
            rp_id=self.rp_id,
            allow_credentials=[
                PublicKeyCredentialDescriptor(base64url_to_bytes(passkey.id)) for passkey in own
            ],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        purpose = CONFIRM if user_id else SIGN_IN
        name = self._ask(purpose, options.challenge, (user_id, None, None), now)
        return name, self._with_prf(options_to_json_dict(options))

    def finish_sign_in(
        self, name: str, credential: Mapping[str, Any], now: int, *, purpose: str = SIGN_IN
    ) -> Passkey:
        """Return the passkey that proved itself. Raises VerificationError."""
        asked = self.store.take_challenge(purpose, name, now)
        identifier = credential.get("id")
        passkey = self.store.find_passkey(identifier) if isinstance(identifier, str) else None
        if passkey is None or (asked.user_id and asked.user_id != passkey.user_id):
            raise VerificationError("the passkey is not known", code="passkey_unknown")
        count = self._verify_assertion(credential, passkey, base64url_to_bytes(asked.challenge))
        self.store.use_passkey(passkey.id, count, now)
        return passkey

    def _ask(
        self,
        purpose: str,
        challenge: bytes,
        who: tuple[str | None, str | None, str | None],
        now: int,
    ) -> str:
        return self.store.add_challenge(
            purpose, Challenge(bytes_to_base64url(challenge), *who), now
        )

    def _with_prf(self, options: dict[str, Any]) -> dict[str, Any]:
        if not self.prf:
            return options
        salt = hashlib.sha256(_PRF_INFO + self.rp_id.encode()).digest()
        return {**options, "extensions": {"prf": {"eval": {"first": encode_base64url(salt)}}}}

    def _verify_registration(
        self, credential: Mapping[str, Any], challenge: bytes
    ) -> VerifiedRegistration:
        try:
            _refuse_cross_origin(credential)
            attestation = parse_attestation_object(
                base64url_to_bytes(credential["response"]["attestationObject"])
            )
            if attestation.fmt != AttestationFormat.NONE:
                raise VerificationError("attestation was not asked for", code="passkey_refused")
            return webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _REFUSALS as error:
            raise VerificationError("the passkey is refused", code="passkey_refused") from error

    def _verify_assertion(
        self, credential: Mapping[str, Any], passkey: Passkey, challenge: bytes
    ) -> int:
        try:
            _refuse_cross_origin(credential)
            if credential["response"].get("userHandle") != passkey.user_id:
                raise VerificationError("the passkey is another user's", code="passkey_refused")
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=0,  # the store decides, in one statement
                require_user_verification=True,
            )
        except _REFUSALS as error:
            raise VerificationError("the passkey is refused", code="passkey_refused") from error
        return verified.new_sign_count


def new_user_id() -> str:
    """Return a fresh user handle: 32 random bytes, base64url."""
    return encode_base64url(secrets.token_bytes(32))


def new_user(user_id: str, role: str, name: str) -> User:
    """Return a user with a salt of their own."""
    return User(user_id, role, name, encode_base64url(secrets.token_bytes(PRF_BYTES)))


def derive_prf_secret(prf_output: Any, user: User) -> bytes | None:
    """Derive the user's 32-byte secret from the PRF output in base64url, if there is one.

    Raises MalformedError when it is not 32 bytes.
    """
    if prf_output is None:
        return None
    output = decode_base64url(prf_output) if isinstance(prf_output, str) else b""
    if len(output) != PRF_BYTES:
        raise MalformedError("the PRF output is not 32 bytes")
    salt = decode_base64url(user.prf_salt)
    return HKDF(hashes.SHA256(), PRF_BYTES, salt=salt, info=_PRF_INFO).derive(output)


def _refuse_cross_origin(credential: Mapping[str, Any]) -> None:
    client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    if client_data.get("crossOrigin") or client_data.get("topOrigin"):
        raise VerificationError("asked from a foreign frame", code="passkey_refused")
