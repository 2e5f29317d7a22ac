"""No log and no requested address tells anything about a person, nor gives a secret away.

The whole path is walked in the running demo world, with mistakes on the way, and everything that
went over the wire is watched through the interpreter's own audit events.
"""

import base64
import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import unquote_plus

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.errors import EsspassError
from esspass.storage import connect
from issuer.reasons import WithdrawalReason

_SECRET_FIELDS = (
    "code", "pre-authorized_code", "tx_code", "refresh_token", "code_verifier", "csrf_token",
    "wallet_nonce",
)  # fmt: skip
_watchers = []
_is_hooked = []


class Wire:
    """What this process sent: the addresses, and the secrets it sent there in the body."""

    def __init__(self):
        self.addresses, self.secrets = set(), set()

    def note(self, data):
        text = data.decode("latin-1") if isinstance(data, bytes) else ""
        if match := re.match(r"(?:GET|POST) (\S+) HTTP/1", text):
            self.addresses.add(unquote_plus(match[1]))
        self.secrets.update(re.findall(r"(?mi)^Authorization: DPoP (\S+)", text))
        for name, value in re.findall(r"(?:^|&)([\w-]+)=([^&\s]+)", text):
            if name in _SECRET_FIELDS and not text.startswith(("GET", "POST")):
                self.secrets.add(unquote_plus(value))


def _hook(event, arguments):
    if event == "http.client.send":
        for wire in _watchers:
            wire.note(arguments[1])


@contextmanager
def watched():
    """An audit hook stays for good, so one is added, which looks for who watches."""
    if not _is_hooked:
        sys.addaudithook(_hook)
        _is_hooked.append(True)
    wire = Wire()
    _watchers.append(wire)
    try:
        yield wire
    finally:
        _watchers.remove(wire)


def personal(citizen):
    """Everything that names a citizen, in the spellings it is sent in."""
    person = citizen.person
    numbers = [document.document_number for document in (*citizen.documents, citizen.pid)]
    born = person.date_of_birth
    return {
        person.surnames, person.forenames, person.pin, born.isoformat(), born.strftime("%d.%m.%Y"),
        *numbers,
    } - {None, ""}  # fmt: skip


@pytest.fixture(scope="module")
def walked(cast):
    """The builder's whole path, and everybody's mistakes; returns the wire and the secrets."""
    builder, pensioner = cast.owner("builder"), cast.owner("pensioner")
    lithuania, identity = cast.office("issuer-lt"), cast.office("identity-lt")
    inspector = cast.inspector("inspector-el")
    with watched() as wire:
        builder.accept_with_demo_eid(identity.offer_pid(builder.citizen).uri)
        a1 = lithuania.offer(builder.citizen, PDA1_WEBUILD, "pda1", "authorization", tx_code=False)
        builder.accept_with_pid(a1.uri)
        ehic = lithuania.offer(builder.citizen, EHIC, "ehic", "pre-authorized", tx_code=True)
        wrong = f"{(int(ehic.tx_code[0]) + 1) % 10}{ehic.tx_code[1:]}"
        with pytest.raises(EsspassError):
            builder.accept(ehic.uri, wrong)
        builder.accept(ehic.uri, ehic.tx_code)
        with pytest.raises(EsspassError):
            builder.accept(ehic.uri, ehic.tx_code)
        assert inspector.check(builder, "pda1").conclusion is not None
        pensioner.decline(inspector.ask("ehic").link)
        started = inspector.ask("pda1")
        builder.present(started.link)
        with pytest.raises(EsspassError):
            builder.present(started.link)
        today = datetime.now(UTC).date()
        lithuania.withdraw(builder.citizen, "ehic", WithdrawalReason.LOST, today)
    codes = {ehic.tx_code, lithuania.services.issuer.offers.code(ehic.id)}
    return wire, codes | _transaction_secrets(cast)


def _transaction_secrets(cast):
    """Nonces and states of the requests that are still stored."""
    url = cast.world.service("inspector-el").environ["VERIFIER_DATABASE_URL"]
    database = connect(url)
    rows = database.query("SELECT nonce, state FROM openid4vp_transactions")
    database.close()
    return {value for row in rows for value in (row["nonce"], row["state"])}


def test_the_watch_sees_what_it_must(walked):
    wire, secrets = walked
    assert any("/credential" in address for address in wire.addresses)
    assert len(wire.secrets) > 10
    assert len(secrets) > 2


def test_no_address_that_was_requested_tells_about_a_person(cast, walked):
    wire, secrets = walked
    found = {
        (value, address)
        for address in wire.addresses
        for value in personal(cast.citizens["builder"]) | secrets | _tokens(wire)
        if value in address
    }
    assert found == set()


def _tokens(wire):
    """Long secrets only: an authorization code does travel in the address of the way back."""
    codes = {
        code for address in wire.addresses for code in re.findall(r"[?&]code=([^&]+)", address)
    }
    return {secret for secret in wire.secrets - codes if len(secret) > 16}


def test_no_log_tells_about_a_person_or_gives_a_secret_away(cast, walked):
    wire, secrets = walked
    needles = {value for citizen in cast.citizens.values() for value in personal(citizen)}
    needles |= secrets | wire.secrets
    logs = {service.name: service.log.read_text() for service in cast.world.processes()}
    assert "/invitation/" in logs["issuer-lt"], "the watch looks at logs that hold something"
    found = {(name, value) for name, log in logs.items() for value in needles if value in log}
    assert found == set()
    assert all("Traceback" not in log for log in logs.values())


def test_nothing_personal_stands_in_the_clear_in_the_wallets_database(cast, walked):
    """Nor in its write-ahead log: names and numbers, and keys, are sealed at rest."""
    del walked
    folder = cast.world.folder / "wallet"
    held = b"".join(path.read_bytes() for path in folder.glob("app.db*"))
    assert len(held) > 10_000
    for value in personal(cast.citizens["builder"]):
        assert value.encode() not in held
        assert base64.urlsafe_b64encode(value.encode()).rstrip(b"=") not in held
    assert b"PRIVATE" not in held
