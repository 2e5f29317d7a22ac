"""Credential Issuer metadata (OpenID4VCI 1.0, section 12.2; HAIP 1.0, section 4.1).

One value serves both ends: the issuer writes it, the wallet reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.jose.jwe import CONTENT_ENCRYPTION, KEY_AGREEMENT
from esspass.openid4vci.members import (
    is_array,
    read_integer,
    read_object,
    read_optional_string,
    read_optional_strings,
    read_string,
    split_url,
)

FORMAT = "dc+sd-jwt"
WELL_KNOWN = "/.well-known/openid-credential-issuer"
MAX_BATCH = 100
_ALGORITHM = "ES256"
_EXTENSION = re.compile(r"esspass_[a-z_]{1,40}_endpoint")
_MAX_EXTENSIONS = 16


@dataclass(frozen=True, slots=True)
class CredentialConfiguration:
    """One kind of credential on offer. ``key_attestation`` None means: not required.

    ``display`` and ``claims`` are the arrays of ``credential_metadata``.
    """

    identifier: str
    vct: str
    scope: str | None
    proof_types: tuple[str, ...] = ("jwt", "attestation")
    key_attestation: Mapping[str, Any] | None = None
    display: tuple[Mapping[str, Any], ...] = ()
    claims: tuple[Mapping[str, Any], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the entry of ``credential_configurations_supported``."""
        proof: dict[str, Any] = {"proof_signing_alg_values_supported": [_ALGORITHM]}
        if self.key_attestation is not None:
            proof["key_attestations_required"] = dict(self.key_attestation)
        return {
            "format": FORMAT,
            "vct": self.vct,
            **({"scope": self.scope} if self.scope else {}),
            "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": [_ALGORITHM],
            "proof_types_supported": dict.fromkeys(self.proof_types, proof),
            "credential_metadata": {"display": list(self.display), "claims": list(self.claims)},
        }


@dataclass(frozen=True, slots=True)
class RequestEncryption:
    """``credential_request_encryption``: public JWKs with kid, alg and use."""

    jwks: tuple[Mapping[str, Any], ...]
    enc_values: tuple[str, ...] = CONTENT_ENCRYPTION
    required: bool = False


@dataclass(frozen=True, slots=True)
class ResponseEncryptionSupport:
    """``credential_response_encryption`` of the metadata."""

    alg_values: tuple[str, ...] = (KEY_AGREEMENT,)
    enc_values: tuple[str, ...] = CONTENT_ENCRYPTION
    required: bool = False


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """What a Credential Issuer says about itself; endpoints are absolute URLs.

    ``extensions`` are endpoints of our own, which no standard names: ``esspass_…_endpoint``.
    """

    credential_issuer: str
    credential_endpoint: str
    configurations: Mapping[str, CredentialConfiguration]
    authorization_servers: tuple[str, ...] = ()
    nonce_endpoint: str | None = None
    deferred_credential_endpoint: str | None = None
    notification_endpoint: str | None = None
    batch_size: int | None = None
    request_encryption: RequestEncryption | None = None
    response_encryption: ResponseEncryptionSupport | None = None
    display: tuple[Mapping[str, Any], ...] = ()
    extensions: Mapping[str, str] = field(default_factory=dict)

    def authorization_server(self, hint: str | None = None) -> str:
        """Choose the authorization server; a hint of the offer must be in the list.

        Raises VerificationError ``unknown_authorization_server`` (section 4.1.1).
        """
        known = self.authorization_servers or (self.credential_issuer,)
        if hint is not None and hint not in known:
            message = "the offer names an authorization server that the issuer does not"
            raise VerificationError(message, code="unknown_authorization_server")
        return hint or known[0]


def well_known_url(identifier: str, well_known: str = WELL_KNOWN) -> str:
    """Insert the well-known string between host and path. Raises MalformedError."""
    parts = split_url(identifier)
    return parts._replace(path=well_known + parts.path.rstrip("/")).geturl()


def create_issuer_metadata(metadata: IssuerMetadata) -> dict[str, Any]:
    """Write the unsigned metadata document."""
    document: dict[str, Any] = {
        **metadata.extensions,
        "credential_issuer": metadata.credential_issuer,
        "authorization_servers": list(metadata.authorization_servers),
        "credential_endpoint": metadata.credential_endpoint,
        "nonce_endpoint": metadata.nonce_endpoint,
        "deferred_credential_endpoint": metadata.deferred_credential_endpoint,
        "notification_endpoint": metadata.notification_endpoint,
        "display": list(metadata.display),
        "credential_configurations_supported": {
            name: configuration.document()
            for name, configuration in metadata.configurations.items()
        },
    }
    if metadata.batch_size is not None:
        document["batch_credential_issuance"] = {"batch_size": metadata.batch_size}
    document.update(_create_encryption(metadata))
    return {name: value for name, value in document.items() if value not in (None, [])}


def _create_encryption(metadata: IssuerMetadata) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if (request := metadata.request_encryption) is not None:
        document["credential_request_encryption"] = {
            "jwks": {"keys": [dict(jwk) for jwk in request.jwks]},
            "enc_values_supported": list(request.enc_values),
            "encryption_required": request.required,
        }
    if (response := metadata.response_encryption) is not None:
        document["credential_response_encryption"] = {
            "alg_values_supported": list(response.alg_values),
            "enc_values_supported": list(response.enc_values),
            "encryption_required": response.required,
        }
    return document


def parse_issuer_metadata(document: Mapping[str, Any], credential_issuer: str) -> IssuerMetadata:
    """Read metadata fetched for ``credential_issuer``; formats we do not know are left out.

    Raises VerificationError ``issuer_mismatch`` when it names another issuer (simple string
    comparison, section 12.2.4), MalformedError otherwise.
    """
    if read_string(document, "credential_issuer") != credential_issuer:
        message = "the metadata belongs to another credential issuer"
        raise VerificationError(message, code="issuer_mismatch")
    return IssuerMetadata(
        credential_issuer,
        _endpoint(document, "credential_endpoint") or "",
        _parse_configurations(document),
        read_optional_strings(document, "authorization_servers"),
        _endpoint(document, "nonce_endpoint", optional=True),
        _endpoint(document, "deferred_credential_endpoint", optional=True),
        _endpoint(document, "notification_endpoint", optional=True),
        _parse_batch_size(document),
        _parse_request_encryption(document),
        _parse_response_encryption(document),
        _objects(document, "display"),
        _parse_extensions(document),
    )


def _parse_extensions(document: Mapping[str, Any]) -> dict[str, str]:
    names = [name for name in document if _EXTENSION.fullmatch(name)]
    return {name: _endpoint(document, name) or "" for name in names[:_MAX_EXTENSIONS]}


def _endpoint(document: Mapping[str, Any], name: str, *, optional: bool = False) -> str | None:
    value = read_optional_string(document, name) if optional else read_string(document, name)
    if value is not None:
        split_url(value)
    return value


def _parse_batch_size(document: Mapping[str, Any]) -> int | None:
    if "batch_credential_issuance" not in document:
        return None
    members = read_object(document["batch_credential_issuance"], "batch_credential_issuance")
    if (size := read_integer(members, "batch_size")) < 2:
        raise MalformedError("batch_size must be at least two")
    return min(size, MAX_BATCH)


def _parse_request_encryption(document: Mapping[str, Any]) -> RequestEncryption | None:
    if "credential_request_encryption" not in document:
        return None
    members = read_object(document["credential_request_encryption"], "request encryption")
    jwks = _objects(read_object(members.get("jwks"), "jwks"), "keys")
    enc_values = read_optional_strings(members, "enc_values_supported")
    return RequestEncryption(jwks, enc_values, members.get("encryption_required") is True)


def _parse_response_encryption(document: Mapping[str, Any]) -> ResponseEncryptionSupport | None:
    if "credential_response_encryption" not in document:
        return None
    members = read_object(document["credential_response_encryption"], "response encryption")
    return ResponseEncryptionSupport(
        read_optional_strings(members, "alg_values_supported"),
        read_optional_strings(members, "enc_values_supported"),
        members.get("encryption_required") is True,
    )


def _parse_configurations(document: Mapping[str, Any]) -> dict[str, CredentialConfiguration]:
    entries = read_object(
        document.get("credential_configurations_supported"), "credential configurations"
    )
    return {
        name: _parse_configuration(name, entry)
        for name, entry in entries.items()
        if read_object(entry, "credential configuration").get("format") == FORMAT
    }


def _parse_configuration(name: str, entry: Mapping[str, Any]) -> CredentialConfiguration:
    proof_types = read_object(entry.get("proof_types_supported", {}), "proof_types_supported")
    usable = {
        kind: read_object(proof, "proof type")
        for kind, proof in proof_types.items()
        if _ALGORITHM in read_optional_strings(proof, "proof_signing_alg_values_supported")
    }
    required = [p["key_attestations_required"] for p in usable.values()
                if "key_attestations_required" in p]  # fmt: skip
    shown = read_object(entry.get("credential_metadata", {}), "credential_metadata")
    return CredentialConfiguration(
        name,
        read_string(entry, "vct"),
        read_optional_string(entry, "scope"),
        tuple(usable),
        read_object(required[0], "key_attestations_required") if required else None,
        _objects(shown, "display"),
        _objects(shown, "claims"),
    )


def _objects(members: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """Return an array of objects, or nothing when it is absent. Raises MalformedError."""
    value: Sequence[Any] = members.get(name, [])
    if not is_array(value) or len(value) > 512:
        raise MalformedError(f"{name} must be an array")
    return tuple(read_object(entry, name) for entry in value)
