"""What a list operator does: admit, withdraw, roll keys, publish.

Changes wait for the next issue: a status begins when the list that says it is issued, never
before (ETSI TS 119 602, Table H.3). Times are epoch seconds. Every function raises MalformedError
with a sentence for the operator when it cannot do what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509

from esspass.errors import MalformedError
from esspass.keys.certificates import Authority, create_authority, create_signer
from esspass.keys.files import write_certificates, write_key, write_signer
from esspass.trust.anchors import RULES
from esspass.trust.changes import (
    authorize,
    change_status,
    end_authorizations,
    replace_entity,
    roll_service,
)
from esspass.trust.directory import parse_institution_id, parse_status_lists
from esspass.trust.exchange_entry import ExchangeEntry
from esspass.trust.folder import (
    NAMES,
    OperatorFolder,
    OperatorState,
    SourceState,
    create_key_name,
)
from esspass.trust.lote_writer import Scheme
from esspass.trust.model import (
    PENDING,
    Contact,
    ListType,
    ServiceKind,
    Status,
    TrustedEntity,
    TrustedService,
    parse_country,
)
from esspass.trust.profiles import PROFILES
from esspass.trust.publishing import Publication, publish

__all__ = [
    "Admission",
    "Publication",
    "add_entity",
    "create_operator",
    "describe_institution",
    "publish",
    "roll_entity_key",
    "roll_list_key",
    "withdraw_entity",
    "withdraw_types",
]

LEGAL_BASIS = "OJ:EU:32004R0883"
"""The law a social security institution issues under (Table H.2): Regulation (EC) 883/2004."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A body to be listed.

    ``country`` is ISO or EU spelling; ``issuance`` and ``revocation`` are the certificates of its
    CAs, or of its signing keys themselves (``revocation`` defaults to ``issuance``).
    ``institution_id`` in EESSI form (``LT:1000``) and ``vcts`` go into the directory. Without a
    ``contact`` people are sent to the operator.
    """

    list_type: ListType
    name: str
    country: str
    issuance: x509.Certificate
    revocation: x509.Certificate | None = None
    institution_id: str | None = None
    vcts: Sequence[str] = ()
    contact: Contact | None = None
    trade_names: Sequence[str] = ()


def create_operator(
    path: Path,
    *,
    name: str,
    territory: str,
    base_url: str,
    now: int,
    contact: Contact | None = None,
) -> None:
    """Start an operator in an empty folder: a CA, one signing key per list, empty lists.

    ``base_url`` is where ``published/`` will be served, ``territory`` two capital letters.
    """
    folder = OperatorFolder(path)
    with folder.locked():
        if folder.exists():
            raise MalformedError(f"{path} already holds lists", code="already_initialised")
        where = base_url.rstrip("/")
        reach = contact or Contact("-", "-", territory, f"{where}/", f"{where}/")
        authority = create_authority(name, territory, f"{name} CA", now)
        authority_name = _write_authority(folder, authority)
        scheme = Scheme(name, territory, where, reach)
        sources = {
            source: _create_source(folder, authority, scheme, source, now) for source in NAMES
        }
        entities: dict[ListType, tuple[TrustedEntity, ...]] = dict.fromkeys(ListType, ())
        folder.write(OperatorState(scheme, authority_name, sources, entities, ()))


def add_entity(path: Path, admission: Admission) -> None:
    """Put a body on the next issue, and its institution with its types into the directory.

    A withdrawn body with the same certificates returns to the list; an institution of a body
    already listed is only added to the directory. Other certificates need ``roll_entity_key``.
    """
    list_type, institution_id = admission.list_type, admission.institution_id

    def change(state: OperatorState) -> OperatorState:
        entity = _create_entity(admission, state.scheme)
        listed = _admit(state.entities[list_type], entity)
        institutions = state.institutions
        if institution_id is not None:
            parse_institution_id(institution_id)
            institutions = authorize(institutions, institution_id, entity, admission.vcts)
        entities = {**state.entities, list_type: listed}
        return replace(state, entities=entities, institutions=institutions)

    _change(path, change)


def withdraw_entity(
    path: Path,
    list_type: ListType,
    name: str,
    kinds: Collection[ServiceKind] = (ServiceKind.ISSUANCE,),
) -> None:
    """Withdraw a body from the next issue on.

    Where the list has statuses the entry stays, as withdrawn; by default only its issuing, so that
    it can still publish the statuses of what it issued (ARF 6.3.3). Elsewhere the entry goes.
    """

    def change(state: OperatorState) -> OperatorState:
        entity = _find(state, list_type, name)
        remaining = tuple(e for e in state.entities[list_type] if e is not entity)
        if PROFILES[list_type].has_status:
            services = tuple(
                change_status(s, Status.WITHDRAWN) if s.kind in kinds else s
                for s in entity.services
            )
            withdrawn = replace(entity, services=services)
            remaining = replace_entity(state.entities[list_type], withdrawn)
        return replace(state, entities={**state.entities, list_type: remaining})

    _change(path, change)


def withdraw_types(path: Path, institution_id: str, vcts: Collection[str]) -> None:
    """End an institution's entitlement to types (all when ``vcts`` is empty) at the next issue."""

    def change(state: OperatorState) -> OperatorState:
        institutions = end_authorizations(state.institutions, institution_id, vcts)
        return replace(state, institutions=institutions)

    _change(path, change)


def describe_institution(
    path: Path,
    institution_id: str,
    *,
    seals: Collection[x509.Certificate] = (),
    status_lists: str | None = None,
    exchange: ExchangeEntry | None = None,
    forget_seals: bool = False,
) -> None:
    """Add to an institution's entry: certificates of its paper seals, where its lists are named.

    ``exchange`` takes the place of the access point that was there. ``forget_seals`` drops the
    seals that were there: what they sealed is then of an unknown seal.
    """

    def change(state: OperatorState) -> OperatorState:
        known = next((i for i in state.institutions if i.institution_id == institution_id), None)
        if known is None:
            raise MalformedError(
                f"{institution_id} is not in the directory", code="unknown_institution"
            )
        kept = () if forget_seals else known.certificates
        changed = replace(
            known,
            certificates=tuple(dict.fromkeys((*kept, *seals))),
            status_lists=parse_status_lists(status_lists) if status_lists else known.status_lists,
            exchange=exchange or known.exchange,
        )
        institutions = tuple(changed if i is known else i for i in state.institutions)
        return replace(state, institutions=institutions)

    _change(path, change)


def roll_entity_key(
    path: Path,
    list_type: ListType,
    name: str,
    certificate: x509.Certificate,
    kind: ServiceKind = ServiceKind.ISSUANCE,
) -> None:
    """Give a body's service a new certificate from the next issue on.

    Annex H keeps the old key as an identifier in the history. The other lists have no history:
    there the new certificate is a further service, so that what was signed before stays good.
    """

    def change(state: OperatorState) -> OperatorState:
        entity = _find(state, list_type, name)
        has_status = PROFILES[list_type].has_status
        services = roll_service(entity.services, kind, certificate, keeps_history=has_status)
        rolled = replace_entity(state.entities[list_type], replace(entity, services=services))
        return replace(state, entities={**state.entities, list_type: rolled})

    _change(path, change)


def roll_list_key(
    path: Path, name: str, now: int, *, activate: bool = False, forget_old: bool = False
) -> None:
    """Change the signing key of a list (of ``directory``, of ``inspection-rules``), in two steps.

    First the next key is made: ``anchors.json`` gains its certificate and the next issue, still
    signed with the old key, announces it. With ``activate`` the next key signs from then on; do
    so once verifiers have the new ``anchors.json``, because they take keys from nowhere else.
    ``forget_old`` drops former certificates, and with them all that they signed. A folder made
    before there were rules gets its first key for them, at once in use.
    """
    folder = OperatorFolder(path)

    def change(state: OperatorState) -> OperatorState:
        if name == RULES and name not in state.sources and not activate:
            first = _create_source(folder, folder.read_authority(state), state.scheme, name, now)
            return replace(state, sources={**state.sources, name: first})
        source = _source(state, name)
        if activate:
            rolled = _activate(source, forget_old=forget_old)
        elif source.active != source.signers[-1]:
            raise MalformedError("the next key exists already: activate it", code="key_announced")
        else:
            authority = folder.read_authority(state)
            key_name = _write_list_key(folder, authority, state.scheme, name, now)
            rolled = replace(source, signers=(*source.signers, key_name))
        return replace(state, sources={**state.sources, name: rolled})

    _change(path, change)


def _change(path: Path, change: Callable[[OperatorState], OperatorState]) -> None:
    folder = OperatorFolder(path)
    with folder.locked():
        folder.write(change(folder.read()))


def _create_entity(admission: Admission, scheme: Scheme) -> TrustedEntity:
    has_status = PROFILES[admission.list_type].has_status
    status, starts = (Status.NOTIFIED, PENDING) if has_status else (None, None)
    certificates = {
        ServiceKind.ISSUANCE: admission.issuance,
        ServiceKind.REVOCATION: admission.revocation or admission.issuance,
    }
    services = tuple(
        TrustedService(kind, f"{admission.name}: {kind.lower()}", (certificate,), status, starts)
        for kind, certificate in certificates.items()
    )
    country = parse_country(admission.country)
    trade_names = tuple(admission.trade_names)
    if has_status and not trade_names and admission.institution_id:
        identifier = admission.institution_id.partition(":")[2]
        trade_names = (f"NTR{country}-{identifier}", LEGAL_BASIS)
    contact = admission.contact or scheme.contact
    return TrustedEntity((admission.name,), country, trade_names, contact, services)


def _admit(entities: tuple[TrustedEntity, ...], entity: TrustedEntity) -> tuple[TrustedEntity, ...]:
    known = next((e for e in entities if e.name == entity.name), None)
    if known is None:
        return (*entities, entity)
    if known.country != entity.country or _certificates(known) != _certificates(entity):
        raise MalformedError(
            f"{entity.name} is listed with other certificates or another country: "
            "roll its key, or withdraw it first",
            code="already_listed",
        )
    services = tuple(
        service if service.status is None else change_status(service, Status.NOTIFIED)
        for service in known.services
    )
    return replace_entity(entities, replace(known, services=services))


def _certificates(entity: TrustedEntity) -> set[x509.Certificate]:
    return {certificate for service in entity.services for certificate in service.certificates}


def _find(state: OperatorState, list_type: ListType, name: str) -> TrustedEntity:
    entities: Iterable[TrustedEntity] = state.entities[list_type]
    for entity in entities:
        if entity.name == name:
            return entity
    raise MalformedError(f"{name} is not on the list {list_type}", code="unknown_entity")


def _source(state: OperatorState, name: str) -> SourceState:
    if name not in state.sources:
        raise MalformedError(f"there is no list {name}", code="unknown_list")
    return state.sources[name]


def _activate(source: SourceState, *, forget_old: bool) -> SourceState:
    latest = source.signers[-1]
    if source.active == latest:
        raise MalformedError("there is no next key: roll the key first", code="no_next_key")
    return replace(source, active=latest, signers=(latest,) if forget_old else source.signers)


def _write_authority(folder: OperatorFolder, authority: Authority) -> str:
    name = create_key_name("operator")
    write_key(folder.keys / f"{name}.key.pem", authority.private_key)
    write_certificates(folder.keys / f"{name}.cert.pem", [authority.certificate])
    return name


def _create_source(
    folder: OperatorFolder, authority: Authority, scheme: Scheme, name: str, now: int
) -> SourceState:
    key_name = _write_list_key(folder, authority, scheme, name, now)
    return SourceState(0, 0, (key_name,), key_name)


def _write_list_key(
    folder: OperatorFolder, authority: Authority, scheme: Scheme, name: str, now: int
) -> str:
    key_name = create_key_name(name)
    signer = create_signer(authority, scheme.operator, scheme.territory, f"{name} signer", now)
    write_signer(folder.keys, key_name, signer)
    return key_name
