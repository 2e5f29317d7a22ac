"""What the issuer publishes: metadata, keys, type metadata, status lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from esspass.attestations import AttestationType, attestation_type
from esspass.keys.certificates import create_x5c
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.openid4vci.authorization_server import (
    AuthorizationServerMetadata,
    create_authorization_server_metadata,
)
from esspass.openid4vci.metadata import (
    CredentialConfiguration,
    IssuerMetadata,
    RequestEncryption,
    ResponseEncryptionSupport,
    create_issuer_metadata,
)
from esspass.openid4vci.signed_metadata import create_signed_metadata
from esspass.statuslist import create_status_list_token
from esspass.web import LOCALES
from issuer.config import IssuerConfig
from issuer.keys import IssuerKeys
from issuer.status_lists import SignedList, StatusLists

_MAX_DEPTH = 2  # deeper claims are in the type metadata; here they would fill megabytes
_SIGNED_FOR = 86400


@dataclass(frozen=True)
class Publication:
    """Documents that anybody may fetch."""

    config: IssuerConfig
    keys: IssuerKeys
    status_lists: StatusLists

    @property
    def configurations(self) -> Mapping[str, str]:
        """Credential configuration id (and scope) to vct: they are the same."""
        return {vct: vct for vct in self.config.attestation_types}

    def type(self, vct: str) -> AttestationType | None:
        """Return an attestation type of this issuer."""
        return attestation_type(vct) if vct in self.config.attestation_types else None

    @cached_property
    def issuer_metadata(self) -> dict[str, Any]:
        """The unsigned Credential Issuer metadata."""
        base = self.config.base_url
        encryption_key = self.keys.encryption.public_jwk()
        paper = {"esspass_paper_endpoint": f"{base}/paper"} if self.keys.seal else {}
        return paper | create_issuer_metadata(
            IssuerMetadata(
                credential_issuer=base,
                credential_endpoint=f"{base}/credential",
                configurations={vct: self._configuration(vct) for vct in self.configurations},
                authorization_servers=(base,),
                nonce_endpoint=f"{base}/nonce",
                deferred_credential_endpoint=f"{base}/deferred-credential",
                notification_endpoint=f"{base}/notification",
                batch_size=self.config.batch_size,
                request_encryption=RequestEncryption((encryption_key,)),
                response_encryption=ResponseEncryptionSupport(),
                display=({"name": self.config.institution_name},),
            )
        )

    def _configuration(self, vct: str) -> CredentialConfiguration:
        metadata = attestation_type(vct).metadata
        shown = [claim for claim in metadata["claims"] if len(claim["path"]) <= _MAX_DEPTH]
        return CredentialConfiguration(
            identifier=vct,
            vct=vct,
            scope=vct,
            key_attestation={} if self.config.require_key_attestation else None,
            display=tuple(_display(entry) for entry in metadata["display"]),
            claims=tuple(_claim(claim) for claim in shown if claim.get("display")),
        )

    def signed_issuer_metadata(self, now: int) -> str:
        """Return the metadata signed with the access certificate (HAIP 1.0, section 4.1)."""
        return create_signed_metadata(
            self.issuer_metadata, self.keys.access, now=now, lifetime=_SIGNED_FOR
        )

    @cached_property
    def authorization_server_metadata(self) -> dict[str, Any]:
        """The authorization server metadata."""
        base = self.config.base_url
        return create_authorization_server_metadata(
            AuthorizationServerMetadata(
                issuer=base,
                token_endpoint=f"{base}/token",
                authorization_endpoint=f"{base}/authorize",
                pushed_authorization_request_endpoint=f"{base}/par",
                challenge_endpoint=f"{base}/challenge",
                jwks_uri=f"{base}/jwks",
                status_list_aggregation_endpoint=f"{base}/status-lists",
                scopes=tuple(self.configurations),
                ui_locales=LOCALES,
            )
        )

    @cached_property
    def jwks(self) -> dict[str, Any]:
        """The public keys this issuer signs with, each with its certificates."""
        signers = (self.keys.attestation, self.keys.status, self.keys.access)
        keys = []
        for signer in signers:
            jwk = create_jwk(signer.public_key)
            named = {"kid": create_thumbprint(jwk), "use": "sig", "alg": signer.algorithm}
            keys.append({**jwk, **named, "x5c": create_x5c(signer.certificates)})
        return {"keys": keys}

    def status_list_uris(self) -> list[str]:
        """Return every published status list (Token Status List, section 9.3)."""
        base = self.config.base_url
        return [f"{base}/status/{list_id}" for list_id in self.status_lists.identifiers()]

    def status_list_token(self, list_id: int, now: int) -> str | None:
        """Return the token of a list, signed again when something changed or it is half over."""
        version = self.status_lists.version(list_id)
        if version is None:
            return None
        signed = self.status_lists.signed(list_id)
        if signed is None or self._stale(signed, version, now):
            signed = self._sign(list_id, version, now)
            self.status_lists.keep_signed(list_id, signed)
        return signed.token

    def _stale(self, signed: SignedList, version: int, now: int) -> bool:
        return (
            signed.version < version or now >= signed.signed_at + self.config.status_lifetime // 2
        )

    def _sign(self, list_id: int, version: int, now: int) -> SignedList:
        """The version was read before the entries, so a later change is never missed."""
        token = create_status_list_token(
            self.status_lists.read(list_id),
            f"{self.config.base_url}/status/{list_id}",
            self.keys.status,
            now=now,
            lifetime=self.config.status_lifetime,
            ttl=self.config.status_ttl,
        )
        return SignedList(token, version, now)


def _display(entry: Mapping[str, Any]) -> dict[str, Any]:
    simple = entry.get("rendering", {}).get("simple", {})
    shown = {
        "name": entry["name"],
        "locale": entry["locale"],
        "description": entry.get("description"),
        "background_color": simple.get("background_color"),
        "text_color": simple.get("text_color"),
    }
    return {name: value for name, value in shown.items() if value}


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    display = [{"name": entry["label"], "locale": entry["locale"]} for entry in claim["display"]]
    return {"path": list(claim["path"]), "display": display}
