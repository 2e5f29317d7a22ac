"""The URIs and rules that tell the lists apart (ETSI TS 119 602, Annexes C, D, E, F and H)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.trust.model import ListType, ServiceKind

RADIX = "http://uri.etsi.org/19602/"
KEEP_FOREVER = 65535
LIST_MIME_TYPE = "application/jose"


@dataclass(frozen=True, slots=True)
class Profile:
    """The URIs of one list. ``has_status``: Annex H, with status and history of each service."""

    list_type: ListType
    type_uri: str
    determination_uri: str
    rules_uri: str
    role_uri: str
    service_uri: str
    status_uri: str
    title: str
    has_status: bool

    def create_service_uri(self, kind: ServiceKind) -> str:
        return self.service_uri + kind.value


def _profile(
    list_type: ListType, stem: str, service: str, title: str, rules: str | None = None
) -> Profile:
    scheme = f"{RADIX}{stem}ProvidersList/"
    return Profile(
        list_type=list_type,
        type_uri=f"{RADIX}LoTEType/EU{stem}ProvidersList",
        determination_uri=f"{scheme}StatusDetn/EU",
        rules_uri=rules or f"{scheme}schemerules/EU",
        role_uri=f"{RADIX}ListOfTrustedEntities/{stem}Provider/",
        service_uri=f"{RADIX}SvcType/{service}/",
        status_uri=f"{scheme}SvcStatus/",
        title=title,
        has_status=list_type is ListType.PUB_EAA_PROVIDERS,
    )


PROFILES: Mapping[ListType, Profile] = {
    profile.list_type: profile
    for profile in (
        _profile(
            ListType.PID_PROVIDERS,
            "PID",
            "PID",
            "PID providers",
            f"{RADIX}PIDProviders/schemerules/EU",
        ),
        _profile(ListType.WALLET_PROVIDERS, "Wallet", "WalletSolution", "wallet providers"),
        _profile(
            ListType.WRPAC_PROVIDERS, "WRPAC", "WRPAC", "providers of relying-party access keys"
        ),
        _profile(
            ListType.PUB_EAA_PROVIDERS,
            "PubEAA",
            "PubEAA",
            "public-sector bodies issuing attestations",
        ),
    )
}
