"""Credential, deferred and notification messages (OpenID4VCI 1.0, sections 8, 9 and 11)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.openid4vci.encryption import ResponseEncryption, parse_response_encryption
from esspass.openid4vci.members import (
    is_array,
    read_integer,
    read_object,
    read_optional_string,
    read_string,
)
from esspass.openid4vci.proofs import Proofs, parse_proofs
from esspass.openid4vci.refusal import refuse_with

_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{0,2000}")


class NotificationEvent(StrEnum):
    """What became of the credentials (section 11.1)."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """Asks for credentials by configuration (scope) or by identifier, never both."""

    configuration_id: str | None
    identifier: str | None
    proofs: Proofs
    encryption: ResponseEncryption | None


@dataclass(frozen=True, slots=True)
class DeferredRequest:
    """Asks whether a deferred credential is ready."""

    transaction_id: str
    encryption: ResponseEncryption | None


@dataclass(frozen=True, slots=True)
class Notification:
    """Tells the issuer what became of the credentials."""

    notification_id: str
    event: NotificationEvent


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """The credentials of one response, each bound to another key."""

    credentials: tuple[str, ...]
    notification_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeferredCredentials:
    """Come back after ``interval`` seconds."""

    transaction_id: str
    interval: int


CredentialResponse = IssuedCredentials | DeferredCredentials


def create_credential_request(
    proof_type: str,
    proofs: Sequence[str],
    *,
    configuration_id: str | None = None,
    identifier: str | None = None,
    response_encryption: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write a credential request; ``identifier`` when the token response carried identifiers."""
    request: dict[str, Any] = {
        "credential_configuration_id": configuration_id,
        "credential_identifier": identifier,
        "proofs": {proof_type: list(proofs)},
        "credential_response_encryption": response_encryption,
    }
    return {name: value for name, value in request.items() if value is not None}


def parse_credential_request(document: Mapping[str, Any], *, encrypted: bool) -> CredentialRequest:
    """Read a credential request; ``encrypted`` tells how it came.

    Raises ProtocolError: ``invalid_credential_request``, ``invalid_proof``,
    ``invalid_encryption_parameters``. Unknown members are ignored.
    """
    with refuse_with("invalid_credential_request"):
        configuration_id = read_optional_string(document, "credential_configuration_id")
        identifier = read_optional_string(document, "credential_identifier")
        if (configuration_id is None) == (identifier is None):
            raise MalformedError(
                "exactly one of credential_configuration_id and credential_identifier is needed"
            )
    if "proofs" not in document:
        raise ProtocolError("proofs is missing", code="invalid_proof")
    encryption = _parse_encryption(document, encrypted=encrypted)
    return CredentialRequest(
        configuration_id, identifier, parse_proofs(document["proofs"]), encryption
    )


def _parse_encryption(document: Mapping[str, Any], *, encrypted: bool) -> ResponseEncryption | None:
    """A response key in a plain request could be replaced on the way (section 8.2)."""
    if "credential_response_encryption" not in document:
        return None
    encryption = parse_response_encryption(document["credential_response_encryption"])
    if not encrypted:
        message = "a request that asks for encryption must be encrypted itself"
        raise ProtocolError(message, code="invalid_encryption_parameters")
    return encryption


def parse_deferred_request(document: Mapping[str, Any], *, encrypted: bool) -> DeferredRequest:
    """Read a deferred credential request.

    Raises ProtocolError: ``invalid_credential_request``, ``invalid_encryption_parameters``.
    """
    with refuse_with("invalid_credential_request"):
        transaction_id = read_string(document, "transaction_id")
    return DeferredRequest(transaction_id, _parse_encryption(document, encrypted=encrypted))


def parse_notification(document: Mapping[str, Any]) -> Notification:
    """Read a notification. Raises ProtocolError ``invalid_notification_request``."""
    with refuse_with("invalid_notification_request"):
        notification_id = read_string(document, "notification_id")
        event = read_string(document, "event")
        description = read_optional_string(document, "event_description")
        if description is not None and not _DESCRIPTION.fullmatch(description):
            raise MalformedError("event_description has characters that are not allowed")
        if event not in list(NotificationEvent):
            raise MalformedError("event is not known")
        return Notification(notification_id, NotificationEvent(event))


def create_credential_response(response: CredentialResponse) -> dict[str, Any]:
    """Write a credential or deferred response; the HTTP status is 200 or 202."""
    if isinstance(response, DeferredCredentials):
        return {"transaction_id": response.transaction_id, "interval": response.interval}
    document: dict[str, Any] = {
        "credentials": [{"credential": credential} for credential in response.credentials]
    }
    if response.notification_id is not None:
        document["notification_id"] = response.notification_id
    return document


def parse_credential_response(document: Mapping[str, Any]) -> CredentialResponse:
    """Read a credential or deferred response. Raises MalformedError."""
    if "transaction_id" in document:
        if "credentials" in document:
            raise MalformedError("a response holds credentials or a transaction_id, not both")
        interval = read_integer(document, "interval") if "interval" in document else 5
        return DeferredCredentials(read_string(document, "transaction_id"), max(interval, 1))
    entries = document.get("credentials")
    if not is_array(entries) or not 0 < len(entries) <= 100:
        raise MalformedError("the response holds no credentials")
    return IssuedCredentials(
        tuple(_read_credential(entry) for entry in entries),
        read_optional_string(document, "notification_id"),
    )


def _read_credential(entry: Any) -> str:
    credential = read_object(entry, "credential").get("credential")
    if not isinstance(credential, str) or not credential:
        raise MalformedError("credential must be a string")
    return credential
