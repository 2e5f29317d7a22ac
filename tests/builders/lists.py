"""A list operator and listed bodies in memory: good lists, and the parts to spoil them with.

``ListWorld`` signs real lists with real keys. ``world.view(now)`` is what a verifier sees after
all issues so far; ``world.publish(now)`` makes the next issue of every list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography import x509

from esspass.keys.certificates import Authority, create_authority, create_signer
from esspass.keys.signer import KeySigner
from esspass.trust import (
    DIRECTORY,
    RULES,
    Authorization,
    Contact,
    InspectionRules,
    Institution,
    InstitutionDirectory,
    ListSnapshot,
    ListType,
    PinnedSource,
    Scheme,
    ServiceKind,
    Status,
    StatusInterval,
    TrustAnchors,
    TrustedEntity,
    TrustedService,
    TrustView,
    create_list,
    sign_directory,
    sign_list,
    sign_rules,
    verify_directory,
    verify_list,
    verify_rules,
)
from tests.builders.rule_sets import TEXTS, create_rules

DAY = 24 * 3600
NOW = 1_790_000_000
PDA1 = "eu.we-build.pda1.1"
EHIC = "urn:eudi:ehic:1"
PID = "urn:eudi:pid:1"
OPERATOR = "Example List Operator"
CONTACT = Contact(
    "Example street 1", "Exampletown", "EU", "mailto:lists@example.eu", "https://example.eu/lists"
)


@dataclass
class Body:
    """A listed body: its two CAs, and signers under them."""

    name: str
    country: str
    institution_id: str
    issuance: Authority
    revocation: Authority
    attestation_signer: KeySigner
    status_signer: KeySigner


def create_body(name: str, country: str, institution_id: str, now: int = NOW - 400 * DAY) -> Body:
    issuance = create_authority(name, country, f"{name} Issuance CA", now)
    revocation = create_authority(name, country, f"{name} Status CA", now)
    return Body(
        name,
        country,
        institution_id,
        issuance,
        revocation,
        create_signer(issuance, name, country, f"{name} attestations", now),
        create_signer(revocation, name, country, f"{name} statuses", now),
    )


def create_service(
    kind: ServiceKind,
    certificates: Sequence[x509.Certificate],
    status: Status | None = None,
    starts: int | None = None,
    history: Sequence[StatusInterval] = (),
) -> TrustedService:
    return TrustedService(
        kind, f"{kind} service", tuple(certificates), status, starts, tuple(history)
    )


def create_entity(
    body: Body, *, status: Status | None = Status.NOTIFIED, starts: int | None = NOW - 300 * DAY
) -> TrustedEntity:
    services = (
        create_service(ServiceKind.ISSUANCE, [body.issuance.certificate], status, starts),
        create_service(ServiceKind.REVOCATION, [body.revocation.certificate], status, starts),
    )
    contact = replace(CONTACT, country=body.country, electronic="mailto:info@body.example")
    return TrustedEntity((body.name,), body.country, (f"NTR{body.country}-1",), contact, services)


def replace_service(entity: TrustedEntity, kind: ServiceKind, **changes: Any) -> TrustedEntity:
    services = tuple(replace(s, **changes) if s.kind is kind else s for s in entity.services)
    return replace(entity, services=services)


def authorize(
    body: Body, *vcts: str, starts: int = NOW - 300 * DAY, ends: int | None = None
) -> Institution:
    types = tuple(Authorization(vct, starts, ends) for vct in vcts)
    return Institution(body.institution_id, body.name, body.country, types)


@dataclass
class ListWorld:
    """An operator with one signing key per list; entities and institutions are yours to change."""

    now: int = NOW
    territory: str = "EU"
    base_url: str = "https://lists.example.eu"
    entities: dict[ListType, list[TrustedEntity]] = field(default_factory=dict)
    institutions: list[Institution] = field(default_factory=list)
    rules: dict[str, Any] = field(default_factory=lambda: {"rules": create_rules(), "texts": TEXTS})
    sequence_number: int = 0
    tokens: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)

    def __post_init__(self) -> None:
        began = self.now - 500 * DAY
        self.authority = create_authority(OPERATOR, self.territory, "List CA", began)
        self.signers = {
            name: create_signer(self.authority, OPERATOR, self.territory, name, began)
            for name in (*ListType, DIRECTORY, RULES)
        }
        self.scheme = Scheme(OPERATOR, self.territory, self.base_url, CONTACT)

    def certificates(self, name: str) -> tuple[x509.Certificate, ...]:
        return self.signers[name].certificates

    @property
    def anchors(self) -> TrustAnchors:
        return TrustAnchors({
            name: PinnedSource(f"{self.base_url}/{name}.jwt", signer.certificates)
            for name, signer in self.signers.items()
        })  # fmt: skip

    def create_body(self, list_type: ListType, **changes: Any) -> dict[str, Any]:
        """The body of the next issue of one list."""
        settings = {
            "sequence_number": self.sequence_number or 1,
            "issued_at": self.now - DAY,
            "next_update": self.now + 30 * DAY,
            "signers": self.certificates(list_type),
            **changes,
        }
        return create_list(list_type, self.scheme, self.entities.get(list_type, []), **settings)

    def create_token(self, list_type: ListType, **changes: Any) -> str:
        issued = changes.get("issued_at", self.now - DAY)
        return sign_list(self.create_body(list_type, **changes), self.signers[list_type], issued)

    def create_directory_token(self, **changes: Any) -> str:
        settings = {
            "sequence_number": self.sequence_number or 1,
            "issued_at": self.now - DAY,
            "next_update": self.now + 30 * DAY,
            **changes,
        }
        directory = InstitutionDirectory(
            operator=OPERATOR,
            territory=self.territory,
            institutions=tuple(self.institutions),
            **settings,
        )
        return sign_directory(directory, self.signers[DIRECTORY], settings["issued_at"])

    def create_rules_token(self, **changes: Any) -> str:
        settings = {
            "sequence_number": self.sequence_number or 1,
            "issued_at": self.now - DAY,
            "next_update": self.now + 30 * DAY,
            **self.rules,
            **changes,
        }
        rules = InspectionRules(operator=OPERATOR, territory=self.territory, **settings)
        return sign_rules(rules, self.signers[RULES], settings["issued_at"])

    def publish(self, now: int | None = None, lifetime: int = 30 * DAY) -> None:
        """Make the next issue of every list, of the directory and of the rules."""
        issued = self.now - DAY if now is None else now
        self.sequence_number += 1
        dates = {"issued_at": issued, "next_update": issued + lifetime}
        for list_type in ListType:
            self.tokens.setdefault(list_type, []).append(self.create_token(list_type, **dates))
        self.tokens.setdefault(DIRECTORY, []).append(self.create_directory_token(**dates))
        self.tokens.setdefault(RULES, []).append(self.create_rules_token(**dates))

    def snapshot(self, list_type: ListType, **changes: Any) -> ListSnapshot:
        token = self.create_token(list_type, **changes)
        return verify_list(token, self.certificates(list_type), self.now)

    def view(self, now: int | None = None) -> TrustView:
        """What a verifier believes that has seen every issue."""
        at = self.now if now is None else now
        if not self.sequence_number:
            self.publish()
        snapshots = {
            list_type: tuple(
                verify_list(token, self.certificates(list_type), at)
                for token in reversed(self.tokens[list_type])
            )
            for list_type in ListType
        }
        directory, rules = self.tokens[DIRECTORY][-1], self.tokens[RULES][-1]
        return TrustView(
            snapshots,
            verify_directory(directory, self.certificates(DIRECTORY), at),
            rules=verify_rules(rules, self.certificates(RULES), at),
        )


def create_world(now: int = NOW) -> ListWorld:
    """A world with one PD A1 and EHIC issuer, a PID provider, a wallet and an access-key provider.

    Bodies are in ``world.bodies``: ``fund``, ``identity``, ``wallet``, ``access``.
    """
    world = ListWorld(now)
    began = now - 400 * DAY
    fund = create_body("Example Social Insurance Fund", "LT", "LT:1000", began)
    identity = create_body("Example Identity Authority", "LT", "LT:2000", began)
    wallet = create_body("Example Wallet Provider", "LT", "LT:3000", began)
    access = create_body("Example Access Certificates", "LT", "LT:4000", began)
    world.entities = {
        ListType.PUB_EAA_PROVIDERS: [create_entity(fund, starts=now - 300 * DAY)],
        ListType.PID_PROVIDERS: [create_entity(identity, status=None, starts=None)],
        ListType.WALLET_PROVIDERS: [create_entity(wallet, status=None, starts=None)],
        ListType.WRPAC_PROVIDERS: [create_entity(access, status=None, starts=None)],
    }
    world.institutions = [authorize(fund, PDA1, EHIC, starts=now - 300 * DAY)]
    world.bodies = {"fund": fund, "identity": identity, "wallet": wallet, "access": access}
    return world
