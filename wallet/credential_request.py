"""Asking for credentials: nonce, proofs, encryption, answer (OpenID4VCI 1.0, sections 7 to 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.fetch import Response
from esspass.jose.jwe import CONTENT_ENCRYPTION, EncryptionKey, create_encryption_key
from esspass.jose.jws import create_json
from esspass.keys.signer import KeySigner
from esspass.openid4vci.credential import (
    CredentialResponse,
    NotificationEvent,
    create_credential_request,
    parse_credential_response,
)
from esspass.openid4vci.encryption import (
    MEDIA_TYPE,
    create_response_encryption,
    decrypt_response,
    encrypt_request,
)
from esspass.openid4vci.metadata import CredentialConfiguration, IssuerMetadata
from esspass.openid4vci.proofs import create_jwt_proof
from wallet.channel import Channel, require_success
from wallet.discovery import media_type

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class IssuerEndpoints:
    """An issuer's endpoints under one access token."""

    metadata: IssuerMetadata
    channel: Channel
    access_token: str

    def request_credential(
        self, configuration: CredentialConfiguration, identifier: str | None,
        keys: Sequence[KeySigner], now: int,
    ) -> CredentialResponse:  # fmt: skip
        """Ask for one credential per key, or as many as the issuer gives.

        A stale nonce is replaced once. Raises ProtocolError, MalformedError, UnavailableError.
        """
        try:
            return self._request(configuration, identifier, keys, now)
        except ProtocolError as error:
            if error.code != "invalid_nonce":
                raise
        return self._request(configuration, identifier, keys, now)

    def request_deferred(self, transaction_id: str, now: int) -> CredentialResponse:
        """Ask whether a deferred credential is ready. Raises ProtocolError, UnavailableError."""
        endpoint = self.metadata.deferred_credential_endpoint
        if endpoint is None:
            raise MalformedError("the issuer has no deferred endpoint", code="no_deferred_endpoint")
        return self._send(endpoint, {"transaction_id": transaction_id}, now)

    def notify(self, notification_id: str | None, event: NotificationEvent, now: int) -> None:
        """Tell the issuer what became of the credentials, where it wants to know."""
        endpoint = self.metadata.notification_endpoint
        if endpoint is not None and notification_id is not None:
            body = create_json({"notification_id": notification_id, "event": event.value})
            self.channel.post(endpoint, body, _JSON, self.access_token, now)

    def _request(
        self, configuration: CredentialConfiguration, identifier: str | None,
        keys: Sequence[KeySigner], now: int,
    ) -> CredentialResponse:  # fmt: skip
        nonce = self._fetch_nonce()
        proof_type, proofs = self._create_proofs(configuration, keys, nonce, now)
        request = create_credential_request(
            proof_type,
            proofs,
            configuration_id=None if identifier else configuration.identifier,
            identifier=identifier,
        )
        return self._send(self.metadata.credential_endpoint, request, now)

    def _fetch_nonce(self) -> str:
        endpoint = self.metadata.nonce_endpoint
        if endpoint is None:
            raise MalformedError("the issuer has no nonce endpoint", code="no_nonce_endpoint")
        answer = self.channel.fetcher.post_form(endpoint, {}, {"Accept": _JSON})
        self.channel.note(endpoint, answer)
        nonce = require_success(answer, 200, 201).get("c_nonce")
        if not isinstance(nonce, str) or not nonce:
            raise MalformedError("the issuer gave no nonce", code="no_nonce")
        return nonce

    def _create_proofs(
        self, configuration: CredentialConfiguration, keys: Sequence[KeySigner], nonce: str,
        now: int,
    ) -> tuple[str, list[str]]:  # fmt: skip
        """Choose among the proof types of the metadata (HAIP 1.0, section 4.5.1)."""
        attested = configuration.key_attestation is not None
        kinds = configuration.proof_types
        if "jwt" in kinds and not attested:
            return "jwt", [self._jwt_proof(key, nonce, now) for key in keys]
        attestation = self.channel.provider.attest_keys(
            [key.public_key for key in keys], nonce, now
        )
        if "jwt" in kinds:
            return "jwt", [self._jwt_proof(keys[0], nonce, now, attestation)]
        if "attestation" in kinds:
            return "attestation", [attestation]
        raise MalformedError("no proof type we can give", code="unsupported_proof_type")

    def _jwt_proof(
        self, key: KeySigner, nonce: str, now: int, key_attestation: str | None = None
    ) -> str:
        return create_jwt_proof(
            key,
            credential_issuer=self.metadata.credential_issuer,
            nonce=nonce,
            now=now,
            client_id=self.channel.provider.client_id,
            key_attestation=key_attestation,
        )

    def _send(self, url: str, request: Mapping[str, Any], now: int) -> CredentialResponse:
        key = create_encryption_key() if self._encrypts_responses() else None
        if key is not None:
            encryption = create_response_encryption(key, self._content_encryption())
            request = {**request, "credential_response_encryption": encryption}
        body, content_type = self._write(request)
        answer = self.channel.post(url, body, content_type, self.access_token, now)
        return parse_credential_response(_read(answer, key))

    def _encrypts_responses(self) -> bool:
        """A response is only encrypted when the request is too (section 8.2)."""
        supported, requests = self.metadata.response_encryption, self.metadata.request_encryption
        if supported is not None and supported.required and requests is None:
            raise MalformedError("the issuer's encryption cannot be used", code="bad_encryption")
        return supported is not None and requests is not None

    def _content_encryption(self) -> str:
        supported = self.metadata.response_encryption
        offered = supported.enc_values if supported else ()
        for enc in reversed(CONTENT_ENCRYPTION):
            if enc in offered:
                return enc
        raise MalformedError("the issuer's encryption cannot be used", code="bad_encryption")

    def _write(self, request: Mapping[str, Any]) -> tuple[bytes, str]:
        encryption = self.metadata.request_encryption
        if encryption is None:
            return create_json(request), _JSON
        return encrypt_request(request, encryption.jwks).encode("ascii"), MEDIA_TYPE


def _read(answer: Response, key: EncryptionKey | None) -> dict[str, Any]:
    """Read an answer; one that should be encrypted and is not must not be believed."""
    if answer.status not in {200, 202} or key is None:
        return require_success(answer, 200, 202)
    if media_type(answer) != MEDIA_TYPE:
        raise VerificationError("the answer is not encrypted", code="not_encrypted")
    return decrypt_response(answer.text, key)
