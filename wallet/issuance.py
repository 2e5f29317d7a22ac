"""Issuance: from an offer to a kept credential (OpenID4VCI 1.0 under HAIP 1.0, the wallet's side).

Nothing is kept half: keys are made first, credentials are verified before they are stored, and
what comes later (a sign-in, a deferred credential, a refresh) resumes from sealed state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography import x509

from esspass.errors import EsspassError, MalformedError, ProtocolError
from esspass.fetch import Fetcher
from esspass.keys.signer import KeySigner
from esspass.openid4vci.credential import (
    CredentialResponse,
    DeferredCredentials,
    IssuedCredentials,
    NotificationEvent,
)
from esspass.openid4vci.metadata import CredentialConfiguration
from esspass.openid4vci.offer import create_credential_offer, parse_credential_offer
from esspass.openid4vci.token import TokenResponse
from wallet.credential_request import IssuerEndpoints
from wallet.credentials import Credentials, HeldCredential, Provenance
from wallet.deferred import DeferredCredential
from wallet.deferred import DeferredCredentials as DeferredStore
from wallet.discovery import (
    Party,
    ResolvedOffer,
    fetch_authorization_server,
    fetch_issuer,
    fetch_issuer_metadata,
    fetch_offer,
)
from wallet.grants import (
    PushedAuthorization,
    open_channel,
    push_authorization,
    redeem_code,
    redeem_pre_authorized,
    redeem_refresh_token,
)
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.instance import create_instance, read_instance
from wallet.keys import Holder, HolderKeys, create_key_id
from wallet.provider import WalletProvider
from wallet.receiving import Inspect, ReceivedCredential, verify_received
