"""The demo world: who is in it, where each app runs, and its first day.

Everything lies in one folder: the operator's lists, keys and certificates, one database per app.
A folder that holds a world already is opened as it is, so nothing a person did there is lost.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import issuer
import verifier
import wallet
from demo.crew import crew
from demo.people import Institution, citizens, institutions
from demo.pki import Pki
from demo.processes import Service, Worker
from esspass.attestations import PID
from esspass.exchange.case_type import case_types
from esspass.fetch import Fetcher, FetchPolicy
from esspass.keys.certificates import Authority
from esspass.trust import ExchangeEntry, ListType
from esspass.trust.exchange_entry import ROLES
from esspass.trust.operator import (
    Admission,
    add_entity,
    create_operator,
    describe_institution,
    publish,
)
from esspass.web import centre
from issuer.bearer import KeyedHash
from issuer.commands import import_decisions
from issuer.exchange.office import create_access_point
from issuer.keys import read_keys

SERVICES = (
    ("lists", "lists"),
    ("identity-lt", "issuer"),
    ("issuer-lt", "issuer"),
    ("host-el", "issuer"),
    ("host-ro", "issuer"),
    ("wallet", "wallet"),
    ("inspector-el", "verifier"),
    ("clinic-ro", "verifier"),
    ("centre", "centre"),
)
FIRST_PORT = 8100
ACCESS_PROVIDER = ("Example Access Certificates", "EU")
WALLET_PROVIDER = ("Example Wallet Provider", "EU")
_NATIONAL = {"inspector-el": "host-el", "clinic-ro": "host-ro"}
"""The institution of each verifier's own State, which its doubts go to."""
_STATUS_SECONDS = {"quick": "1", "calm": "60"}


@dataclass(frozen=True)
class World:
    """An opened world. ``state`` is what world.json holds: ports, secrets, pace, TLS."""

    folder: Path
    state: Mapping[str, Any]

    @property
    def tls(self) -> bool:
        """Whether its apps are reached over https."""
        return bool(self.state["tls"])

    def base_url(self, service: str) -> str:
        """Address of a service, without a trailing slash."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://localhost:{self.state['ports'][service]}"

    @property
    def pki(self) -> Pki:
        """Its keys and certificates."""
        return Pki(self.folder / "pki")

    @property
    def operator(self) -> Path:
        """The list operator's folder."""
        return self.folder / "operator"

    @property
    def anchors(self) -> Path:
        """What everybody in this world pins."""
        return self.operator / "anchors.json"

    @property
    def ca_file(self) -> str | None:
        """PEM file of the private TLS root, where TLS is used."""
        return str(self.pki.certificate("tls")) if self.tls else None

    def fetcher(self) -> Fetcher:
        """Outbound HTTP inside this world."""
        return Fetcher(FetchPolicy(allow_loopback=True, ca_file=self.ca_file))

    def services(self) -> list[Service]:
        """Every app instance with its environment."""
        return [self.service(name) for name, _ in SERVICES if name in self.state["ports"]]

    def workers(self) -> list[Service]:
        """Work beside each institution that takes part in the exchange, and each verifier."""
        served = [self.service(n) for n, app in SERVICES if app in ("issuer", "verifier")]
        return [
            Worker(f"{each.name}-worker", each.app, each.base_url, each.folder, each.environ)
            for each in served
            if each.app == "verifier" or _exchanges(each.name)
        ]

    def processes(self) -> list[Service]:
        """Everything that runs in this world."""
        return [*self.services(), *self.workers()]

    def service(self, name: str) -> Service:
        """One app instance with its environment. Raises KeyError for an unknown name."""
        app = dict(SERVICES)[name]
        tls = (self.pki.folder / "localhost.pem", self.pki.folder / "localhost.key.pem")
        return Service(
            name, app, self.base_url(name), self.folder / name, self._environ(name, app),
            tls if self.tls else None,
        )  # fmt: skip

    def _environ(self, name: str, app: str) -> dict[str, str]:
        if app == "lists":
            own = {"FOLDER": str(self.operator / "published"), "BASE_URL": self.base_url(name)}
        else:
            own = {**self._common(name), **self._special(name, app)}
        return {f"{app.upper()}_{key}": value for key, value in own.items()}

    def _common(self, name: str) -> dict[str, str]:
        folder = self.folder / name
        return {
            "BASE_URL": self.base_url(name),
            "SECRET_KEY": self.state["secrets"][name],
            "DATABASE_URL": str(folder / "app.db"),
            "KEYS_FOLDER": str(folder / "keys"),
            "TRUST_ANCHORS": str(self.anchors),
            "TRUST_MAX_AGE": _STATUS_SECONDS[self.state["pace"]],
            "ALLOW_LOOPBACK": "1",
            "CA_FILE": self.ca_file or "",
        }

    def _special(self, name: str, app: str) -> dict[str, str]:
        if app in ("wallet", "centre"):
            return {}
        body = institution(name)
        web_wallet = {"WALLET_URL": self.base_url("wallet")}
        if app == "verifier":
            return {
                **web_wallet,
                "IDENTIFIER": body.id,
                "NATIONAL_INSTITUTION": self.base_url(_NATIONAL[name]),
                "STANDING_MAX_AGE": _STATUS_SECONDS[self.state["pace"]],
            }
        return {
            **web_wallet,
            "INSTITUTION_ID": body.id,
            "INSTITUTION_NAME": body.name,
            "COUNTRY": body.country,
            "ATTESTATION_TYPES": ",".join(body.attestation_types),
            "EXCHANGE_RETRY": "1" if self.state["pace"] == "quick" else "5",
            "SIGN_IN": "demo-eid" if body.role == "identity" else "pid,demo-eid",
            "STATUS_TTL": _STATUS_SECONDS[self.state["pace"]],
        }


def institution(key: str) -> Institution:
    """Return the body with this key. Raises KeyError."""
    return {body.key: body for body in institutions()}[key]


def _exchanges(name: str) -> bool:
    return PID not in institution(name).attestation_types


def open_world(folder: Path) -> World | None:
    """Return the world in ``folder``, or None when there is none yet."""
    state = folder / "world.json"
    return World(folder, json.loads(state.read_text())) if state.exists() else None


def create_world(
    folder: Path, ports: Sequence[int], now: int, *, tls: bool = False, pace: str = "calm"
) -> World:
    """Make a world: keys, lists, databases and records. ``pace`` "quick" caches for a second.

    ``world.json`` is written last, so a half-made world is made anew.
    """
    names = [name for name, _ in SERVICES]
    state = {
        "ports": dict(zip(names, ports, strict=True)),
        "secrets": {name: secrets.token_urlsafe(32) for name in names},
        "pace": pace,
        "tls": tls,
    }
    world = World(folder, state)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if tls:
        world.pki.tls(now)
    _create_trust(world, now)
    _create_databases(world, now)
    _write_state(folder / "world.json", state)
    return world


def _write_state(path: Path, state: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(state, indent=1))
    draft.chmod(0o600)
    draft.replace(path)


def _create_trust(world: World, now: int) -> None:
    operator = institution("operator")
    create_operator(
        world.operator,
        name=operator.name,
        territory="EU",
        base_url=world.base_url("lists"),
        now=now,
    )
    access = world.pki.authority("access", *ACCESS_PROVIDER, now)
    provider = world.pki.authority("wallet-provider", *WALLET_PROVIDER, now)
    _add(world, ListType.WRPAC_PROVIDERS, ACCESS_PROVIDER, access)
    _add(world, ListType.WALLET_PROVIDERS, WALLET_PROVIDER, provider)
    keys = world.folder / "wallet" / "keys"
    world.pki.signer(keys, "provider", provider, *WALLET_PROVIDER, now)
    for name, app in SERVICES:
        if app in {"issuer", "verifier"}:
            body = institution(name)
            keys = world.folder / name / "keys"
            address = world.base_url(name)
            world.pki.signer(keys, "access", access, body.name, body.country, now, address)
            if app == "issuer":
                _create_issuer_keys(world, name, keys, now)
    publish(world.operator, now)


def _add(world: World, list_type: ListType, who: tuple[str, str], authority: Authority) -> None:
    add_entity(world.operator, Admission(list_type, *who, authority.certificate))


def _create_issuer_keys(world: World, name: str, keys: Path, now: int) -> None:
    """Certify a body for attestations and for statuses, separately, and put it on its list."""
    body = institution(name)
    who = (body.name, body.country)
    issuance = world.pki.authority(f"{body.key}-attestations", *who, now)
    revocation = world.pki.authority(f"{body.key}-status", *who, now)
    world.pki.signer(keys, "attestation", issuance, *who, now)
    world.pki.signer(keys, "status", revocation, *who, now)
    is_pid = PID in body.attestation_types
    admission = Admission(
        ListType.PID_PROVIDERS if is_pid else ListType.PUB_EAA_PROVIDERS,
        *who,
        issuance.certificate,
        revocation.certificate,
        institution_id=None if is_pid else body.id,
        vcts=() if is_pid else body.attestation_types,
    )
    add_entity(world.operator, admission)
    if not is_pid:
        seal = world.pki.signer(keys, "seal", issuance, *who, now)
        describe_institution(
            world.operator,
            body.id,
            seals=seal.certificates[:1],
            status_lists=f"{world.base_url(name)}/status-lists",
            exchange=_create_access_point(world, name, keys, now),
        )


def _create_access_point(world: World, name: str, keys: Path, now: int) -> ExchangeEntry:
    """Certify a body for the exchange; it takes both roles in every type of case."""
    body = institution(name)
    authority = world.pki.authority(f"{body.key}-exchange", body.name, body.country, now)
    world.pki.signer(keys, "exchange", authority, body.name, body.country, now)
    competences = [(kind.id, role) for kind in case_types() for role in ROLES]
    keyed = KeyedHash(world.state["secrets"][name])
    return create_access_point(
        world.base_url(name), read_keys(keys, keyed), body.office.email or body.name, competences,
        now,
    )  # fmt: skip


def migrate_world(world: World) -> None:
    """Bring every database up to date, as after an update of the programs."""
    modules = {"issuer": issuer, "wallet": wallet, "verifier": verifier, "centre": centre}
    for service in world.services():
        if service.app in modules:
            service.folder.mkdir(parents=True, exist_ok=True)
            modules[service.app].migrate(service.environ)


def _create_databases(world: World, now: int) -> None:
    migrate_world(world)
    today = datetime.fromtimestamp(now, UTC).date()
    people = (*citizens(today), *crew(today))
    sectors = {
        each.document_number or "": citizen.sector
        for citizen in people
        for each in citizen.documents
    }
    for key in ("issuer-lt", "identity-lt"):
        only_pid = key == "identity-lt"
        documents = [
            (citizen.person, (citizen.pid,) if only_pid else citizen.documents)
            for citizen in people
        ]
        import_decisions(world.service(key).environ, documents, now, sectors)
