"""``esspass trust``: the list operator's commands."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import EsspassError, MalformedError
from esspass.jose.jws import parse_json
from esspass.keys.files import read_certificates
from esspass.trust import operator
from esspass.trust.anchors import DIRECTORY
from esspass.trust.decide import list_of_type
from esspass.trust.exchange_entry import parse_exchange_entry
from esspass.trust.explain import explain_certificate, explain_institution
from esspass.trust.folder import NAMES
from esspass.trust.model import Contact, ListType, ServiceKind
from esspass.trust.printout import write_issue
from esspass.trust.review import describe_view, read_view
from esspass.trust.timestamps import create_timestamp, parse_timestamp

_INSTITUTION_ID = re.compile(r"[A-Z]{2}:\S+")
_LISTS = click.Choice([list_type.value for list_type in ListType])
_KINDS = {
    "issuance": (ServiceKind.ISSUANCE,),
    "revocation": (ServiceKind.REVOCATION,),
    "all": tuple(ServiceKind),
}
_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Group(click.Group):
    """Turns our errors into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EsspassError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
@click.option(
    "--folder",
    envvar="ESSPASS_TRUST_FOLDER",
    default="trust",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the operator's keys, lists and state are (ESSPASS_TRUST_FOLDER).",
)
@click.pass_context
def trust(ctx: click.Context, folder: Path) -> None:
    """Publish signed lists of who may issue, and look into them."""
    ctx.obj = folder


@trust.command()
@click.option("--name", required=True, help="The operator's name, as on its certificates.")
@click.option("--territory", default="EU", show_default=True, help="Two capital letters.")
@click.option("--base-url", required=True, help="Where the published folder will be served.")
@click.option("--email", help="Whom people ask about the lists.")
@click.pass_obj
def init(folder: Path, name: str, territory: str, base_url: str, email: str | None) -> None:
    """Start a list operator: keys, empty lists, and the anchors that verifiers pin."""
    contact = _contact(territory, email, base_url)
    operator.create_operator(
        folder, name=name, territory=territory, base_url=base_url, now=_now(), contact=contact
    )
    click.echo(f"Ready in {folder}. Verifiers pin {folder / 'anchors.json'}.")
    click.echo("Next: `esspass trust add …`, then `esspass trust publish`.")


@trust.command()
@click.option("--list", "list_name", type=_LISTS, default=ListType.PUB_EAA_PROVIDERS.value)
@click.option("--name", required=True, help="The body's name, as O of its certificates.")
@click.option("--country", required=True, help="Its country, for example LT.")
@click.option("--institution", help="Its EESSI id, for example LT:1234.")
@click.option("--issuance-ca", required=True, type=_PEM, help="Vouches for its attestation keys.")
@click.option("--revocation-ca", type=_PEM, help="Vouches for its status keys [the same].")
@click.option("--type", "vcts", multiple=True, help="A type it may issue; repeat for more.")
@click.option("--email", help="Whom people ask about its attestations.")
@click.option("--publish", "now_too", is_flag=True, help="Publish at once.")
@click.pass_obj
def add(folder: Path, /, list_name: str, now_too: bool, **given: Any) -> None:
    """Put a body on a list, or return a withdrawn one, or entitle it to more types."""
    if given["vcts"] and not given["institution"]:
        raise click.UsageError("--type needs --institution")
    revocation = given["revocation_ca"]
    admission = operator.Admission(
        ListType(list_name),
        given["name"],
        given["country"],
        _certificate(given["issuance_ca"]),
        _certificate(revocation) if revocation else None,
        given["institution"],
        given["vcts"],
        _contact(given["country"], given["email"], None),
    )
    operator.add_entity(folder, admission)
    names = (list_name, DIRECTORY)
    _finish(folder, f"{given['name']} will be on {list_name}.", names, now_too=now_too)


@trust.command()
@click.option("--list", "list_name", type=_LISTS, default=ListType.PUB_EAA_PROVIDERS.value)
@click.option("--name", help="The body to withdraw.")
@click.option(
    "--service",
    type=click.Choice(list(_KINDS)),
    default="issuance",
    show_default=True,
    help="What it may no longer do; keep its statuses alive where you can.",
)
@click.option("--institution", help="Or: the institution whose types end.")
@click.option("--type", "vcts", multiple=True, help="Which of its types [all].")
@click.option("--publish", "now_too", is_flag=True, help="Publish at once.")
@click.pass_obj
def withdraw(
    folder: Path,
    list_name: str,
    name: str | None,
    service: str,
    institution: str | None,
    vcts: tuple[str, ...],
    now_too: bool,
) -> None:
    """Withdraw a body (--name), or an institution's types (--institution), from the next issue on.

    A withdrawal is never retroactive: it begins with the issue that says it.
    """
    if (name is None) == (institution is None):
        raise click.UsageError("give either --name or --institution")
    if name is not None:
        operator.withdraw_entity(folder, ListType(list_name), name, _KINDS[service])
        message, changed = f"{name} will be withdrawn from {list_name}.", list_name
    else:
        operator.withdraw_types(folder, str(institution), vcts)
        ended = ", ".join(vcts) or "any type"
        message, changed = f"{institution} will no longer be entitled to {ended}.", DIRECTORY
    _finish(folder, message, (changed,), now_too=now_too)


@trust.command("roll-key")
@click.option("--list", "list_name", type=click.Choice(NAMES), required=True)
@click.option("--activate", is_flag=True, help="Sign with the announced key from now on.")
@click.option("--forget-old", is_flag=True, help="Drop former keys from anchors.json, too.")
@click.option("--name", help="Or: the body on the list whose key changes.")
@click.option("--issuance-ca", type=_PEM, help="Its new certificate for attestations.")
@click.option("--revocation-ca", type=_PEM, help="Its new certificate for statuses.")
@click.option("--publish", "now_too", is_flag=True, help="Publish at once.")
@click.pass_obj
def roll_key(folder: Path, /, list_name: str, now_too: bool, **given: Any) -> None:
    """Change the key of a list, or of a body on it.

    A list's key changes in two steps. First it is announced: anchors.json gains the certificate,
    and the next issue says so. Give the new anchors.json to every verifier, since they take keys
    from nowhere else. Then --activate: the new key signs.

    A body's former key stays in the list's history, where the list has one.
    """
    if given["name"]:
        if list_name not in set(ListType):
            raise click.UsageError(f"{list_name} holds no keys of bodies")
        message = _roll_entity(folder, ListType(list_name), given)
    else:
        activate, forget = given["activate"], given["forget_old"]
        if forget and not activate:
            raise click.UsageError("--forget-old goes with --activate")
        operator.roll_list_key(folder, list_name, _now(), activate=activate, forget_old=forget)
        message = (
            f"{list_name} will be signed with the new key."
            if activate
            else f"{folder / 'anchors.json'} holds the next key of {list_name}: "
            "give it to verifiers, then run this again with --activate."
        )
    _finish(folder, message, (list_name,), now_too=now_too)


@trust.command()
@click.argument("institution_id")
@click.option("--seal", "seals", type=_PEM, multiple=True, help="Certificate of its paper seal.")
@click.option("--forget-seals", is_flag=True, help="Drop the seals that were there.")
@click.option("--status-lists", help="Address that names all its status lists.")
@click.option(
    "--exchange",
    type=_PEM,
    help="JSON file of its access point, as `esspass issuer access-point` writes it.",
)
@click.option("--publish", "now_too", is_flag=True, help="Publish at once.")
@click.pass_obj
def institution(folder: Path, /, institution_id: str, now_too: bool, **given: Any) -> None:
    """Say in the directory which seals an institution puts on paper, and where its statuses are.

    And, with --exchange, how other institutions reach it and what it is competent for.
    """
    entry = given["exchange"]
    operator.describe_institution(
        folder,
        institution_id,
        seals=[_certificate(path) for path in given["seals"]],
        status_lists=given["status_lists"],
        exchange=parse_exchange_entry(parse_json(entry.read_bytes())) if entry else None,
        forget_seals=given["forget_seals"],
    )
    _finish(folder, f"{institution_id} will say so.", (DIRECTORY,), now_too=now_too)


@trust.command()
@click.option("--list", "names", type=click.Choice(NAMES), multiple=True, help="[all]")
@click.option("--days", type=click.IntRange(1, 180), default=30, show_default=True)
@click.pass_obj
def publish(folder: Path, names: tuple[str, ...], days: int) -> None:
    """Sign and publish the next issue of every list; the issue after that is due in --days."""
    _publish(folder, names or NAMES, days)


@trust.command()
@click.option("--list", "names", type=click.Choice(NAMES), multiple=True, help="[all]")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(folder: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Print what is published now."""
    described = describe_view(read_view(folder, _now()), _now())
    chosen = {name: lines for name, lines in described.items() if not names or name in names}
    if as_json:
        click.echo(json.dumps(chosen, indent=2, ensure_ascii=False))
        return
    if not chosen:
        click.echo("Nothing is published yet: run `esspass trust publish`.")
    for name, issue in chosen.items():
        click.echo("\n".join(write_issue(name, issue)))


@trust.command()
@click.argument("subject")
@click.option("--type", "vct", required=True, help="The attestation's type (vct).")
@click.option("--at", help="When it was issued: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ [now].")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def explain(folder: Path, subject: str, vct: str, at: str | None, as_json: bool) -> None:
    """Say why SUBJECT (a PEM file or an institution id) is or is not trusted to issue a type.

    Exit code 0: trusted, 1: not trusted, 3: cannot be said.
    """
    now = _now()
    view, moment = read_view(folder, now), now if at is None else _moment(at)
    if _INSTITUTION_ID.fullmatch(subject) and not Path(subject).exists():
        explanation = explain_institution(view, subject, vct, moment, now)
    else:
        chain = read_certificates(Path(subject))
        explanation = explain_certificate(view, chain, vct, moment, now)
    if as_json:
        answer = {
            "trusted": explanation.trusted,
            "code": explanation.code,
            "sentences": explanation.sentences,
            "parameters": dict(explanation.parameters),
        }
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(explanation.sentences))
    click.get_current_context().exit({True: 0, False: 1, None: 3}[explanation.trusted])


@trust.command("add-wallet-provider")
@click.argument("pem", type=_PEM)
@click.option("--name", help="[O of the certificate]")
@click.option("--country", help="[C of the certificate]")
@click.option("--publish/--no-publish", "now_too", default=True, show_default=True)
@click.pass_obj
def add_wallet_provider(
    folder: Path, pem: Path, name: str | None, country: str | None, now_too: bool
) -> None:
    """Admit an outside wallet provider by the certificate of its key or of its CA."""
    certificate = _certificate(pem)
    who, where = _who(certificate, name, country)
    admission = operator.Admission(ListType.WALLET_PROVIDERS, who, where, certificate)
    operator.add_entity(folder, admission)
    names = (ListType.WALLET_PROVIDERS,)
    _finish(folder, f"{who} ({where}) will be on wallet-providers.", names, now_too=now_too)


@trust.command("add-issuer")
@click.argument("pem", type=_PEM)
@click.option("--type", "vcts", multiple=True, required=True, help="A type; repeat for more.")
@click.option("--name", help="[O of the certificate]")
@click.option("--country", help="[C of the certificate]")
@click.option("--institution", help="Its id in the attestations [COUNTRY:part of the key's hash]")
@click.option("--status-pem", type=_PEM, help="Certificate of its status key or CA [the same].")
@click.option("--publish/--no-publish", "now_too", default=True, show_default=True)
@click.pass_obj
def add_issuer(
    folder: Path, /, pem: Path, vcts: tuple[str, ...], now_too: bool, **given: Any
) -> None:
    """Admit an outside issuer by the certificate of its key or of its CA."""
    certificate = _certificate(pem)
    revocation = _certificate(given["status_pem"]) if given["status_pem"] else None
    who, where = _who(certificate, given["name"], given["country"])
    lists = {list_of_type(vct) for vct in vcts}
    for list_type in sorted(lists):
        institution = None
        if list_type is ListType.PUB_EAA_PROVIDERS:
            institution = given["institution"] or _institution_id(certificate, where)
        types = [vct for vct in vcts if list_of_type(vct) is list_type]
        operator.add_entity(
            folder,
            operator.Admission(list_type, who, where, certificate, revocation, institution, types),
        )
    names = " and ".join(sorted(lists))
    entitled = (DIRECTORY,) if ListType.PUB_EAA_PROVIDERS in lists else ()
    changed = (*lists, *entitled)
    _finish(folder, f"{who} ({where}) will be on {names}.", changed, now_too=now_too)


def _roll_entity(folder: Path, list_type: ListType, given: dict[str, Any]) -> str:
    changes = {
        ServiceKind.ISSUANCE: given["issuance_ca"],
        ServiceKind.REVOCATION: given["revocation_ca"],
    }
    if not any(changes.values()):
        raise click.UsageError("--name needs --issuance-ca or --revocation-ca")
    for kind, pem in changes.items():
        if pem is not None:
            operator.roll_entity_key(folder, list_type, given["name"], _certificate(pem), kind)
    return f"{given['name']} will have its new certificate on {list_type}."


def _finish(folder: Path, message: str, names: Collection[str], *, now_too: bool) -> None:
    """Say what was done; publish the lists it changes when asked to."""
    click.echo(message)
    if now_too:
        _publish(folder, names, 30)
    else:
        click.echo("Not in force before `esspass trust publish`.")


def _publish(folder: Path, names: Collection[str], days: int) -> None:
    for issue in operator.publish(folder, _now(), names=names, lifetime=days * 24 * 3600):
        click.echo(
            f"{issue.name}: number {issue.sequence_number}, issued "
            f"{create_timestamp(issue.issued_at)}, next due {create_timestamp(issue.next_update)}"
        )


def _certificate(path: Path) -> x509.Certificate:
    certificates = read_certificates(path)
    if len(certificates) != 1:
        raise MalformedError(f"{path.name} must hold exactly one certificate")
    return certificates[0]


def _who(certificate: x509.Certificate, name: str | None, country: str | None) -> tuple[str, str]:
    """Return name and country of a body, from its certificate where not given."""
    who = name or _attribute(certificate, NameOID.ORGANIZATION_NAME)
    who = who or _attribute(certificate, NameOID.COMMON_NAME)
    where = country or _attribute(certificate, NameOID.COUNTRY_NAME)
    if not who or not where:
        raise click.UsageError("the certificate names no body or country: give --name, --country")
    return who, where


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _institution_id(certificate: x509.Certificate, country: str) -> str:
    key_id = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return f"{country.upper()}:X{key_id.digest.hex()[:8]}"


def _contact(country: str, email: str | None, base_url: str | None) -> Contact | None:
    if email is None:
        return None
    return Contact("-", "-", country, f"mailto:{email}", base_url or f"mailto:{email}")


def _moment(text: str) -> int:
    if "T" in text:
        return parse_timestamp(text)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("--at takes YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ") from error
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def _now() -> int:
    return int(time.time())
