"""What is over goes, what an answer still depends on stays; on every kind of database."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from esspass.keys.files import write_signer
from esspass.storage import connect
from issuer import import_decisions, migrate
from issuer.commands import issuer
from issuer.replacements import Delivery, Replacements
from tests.builders.issuance import NOW
from tests.unit.issuer.test_flows import code_of, query
from tests.unit.issuer.test_parts import environ
from tests.unit.issuer.test_replacement import desk

__all__ = ["desk", "environ"]
DAY, QUARTER = 86400, 90 * 86400
TABLES = (
    "replays", "authorization_requests", "offers", "authorization_codes", "tokens", "granted",
    "grants", "deferred",
)  # fmt: skip


def counts(office):
    database = office.services.database
    return {t: database.query(f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in TABLES}


def purge_at(office, now):
    office.clock[0] = now
    return office.services.housekeeping.purge(now)


def use_everything(office, people):
    """A code flow that ends, one that stops half-way, an offer taken and one left."""
    wallet = office.wallet()
    wallet.redeem_code(query(code_of(office, wallet, people["builder"].person))["code"])
    assert wallet.credential().status_code == 200
    idle = office.wallet()
    idle.push()
    code_of(office, idle, people["builder"].person)
    office.ready()
    office.offer()


def test_in_the_end_nothing_is_left(portable_office, people):
    office = portable_office
    use_everything(office, people)
    assert all(count for table, count in counts(office).items() if table != "deferred")
    assert purge_at(office, NOW + QUARTER + 1) > 10
    assert set(counts(office).values()) == {0}
    assert office.services.housekeeping.purge(NOW + QUARTER + 1) == 0


def test_nothing_goes_at_once(portable_office, people):
    use_everything(portable_office, people)
    before = counts(portable_office)
    assert portable_office.services.housekeeping.purge(NOW) == 0
    assert counts(portable_office) == before


def test_a_refresh_token_outlives_its_code_and_access_token(portable_office, people):
    office, wallet = portable_office, portable_office.wallet()
    code = query(code_of(office, wallet, people["builder"].person))["code"]
    refresh = wallet.redeem_code(code).json["refresh_token"]
    assert purge_at(office, NOW + 20 * DAY) > 0
    assert counts(office)["authorization_codes"] == 1
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert wallet.token(form).status_code == 200
    assert wallet.credential().status_code == 200


def test_vci_05_a_used_code_still_ends_its_tokens_after_a_purge(portable_office, people):
    office, wallet = portable_office, portable_office.wallet()
    code = query(code_of(office, wallet, people["builder"].person))["code"]
    refresh = wallet.redeem_code(code).json["refresh_token"]
    purge_at(office, NOW + 20 * DAY)
    assert wallet.redeem_code(code).json["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert wallet.token(form).json["error"] == "invalid_grant"


def test_a_code_just_given_out_survives(portable_office, people):
    office, wallet = portable_office, portable_office.wallet()
    code = query(code_of(office, wallet, people["builder"].person))["code"]
    purge_at(office, NOW + 59)
    assert wallet.redeem_code(code).status_code == 200


def test_a_proof_stays_used_as_long_as_it_would_count(portable_office):
    office, wallet = portable_office, portable_office.wallet()
    headers = wallet.client_headers("/par", dpop=False)
    assert wallet.push(headers=headers).status_code == 201
    for later in (1, 299, 300):
        purge_at(office, NOW + later)
        assert wallet.push(headers=headers).json["error"] == "invalid_client_attestation"
    purge_at(office, NOW + 361)
    assert counts(office)["replays"] == 0


def test_a_nonce_stays_used(portable_office):
    office, wallet = portable_office, portable_office.ready()
    nonce = wallet.nonce()
    assert wallet.credential(proofs=wallet.proofs(nonce)).status_code == 200
    purge_at(office, NOW + 299)
    assert wallet.credential(proofs=wallet.proofs(nonce)).json["error"] == "invalid_nonce"


def test_a_deferred_request_waits_as_long_as_its_wallet_can_ask(portable_office):
    office = portable_office
    record_id = office.records["builder", "ehic"]
    office.issuer.hold(record_id, NOW)
    wallet = office.wallet()
    refresh = wallet.redeem(office.offer()[0]).json["refresh_token"]
    transaction = {"transaction_id": wallet.credential().json["transaction_id"]}
    purge_at(office, NOW + 20 * DAY)
    wallet.token({"grant_type": "refresh_token", "refresh_token": refresh})
    assert wallet.resource("/deferred-credential", transaction).status_code == 202
    office.issuer.approve(record_id, office.clock[0])
    assert wallet.resource("/deferred-credential", transaction).status_code == 200
    office.services.housekeeping.purge(office.clock[0])
    assert counts(office)["deferred"] == 0
    dead = wallet.resource("/deferred-credential", transaction)
    assert dead.json["error"] == "invalid_transaction_id"


def test_an_offer_that_is_over_is_shown_for_a_month(portable_office):
    office = portable_office
    offer_id = office.offer()[2]
    purge_at(office, NOW + 600 + 30 * DAY - 1)
    assert office.issuer.offers.get(offer_id) is not None
    purge_at(office, NOW + 600 + 30 * DAY)
    assert office.issuer.offers.get(offer_id) is None


def test_requests_purge_in_passing_once_a_minute(portable_office):
    office = portable_office
    office.ready()
    office.clock[0] += 20 * DAY
    wallet = office.wallet()
    assert wallet.push().status_code == 201
    left = counts(office)
    assert left["tokens"] == 1  # the refresh token; the access token is gone
    assert office.services.housekeeping.purge_in_passing(office.clock[0]) == 0
    office.clock[0] += QUARTER
    assert office.services.housekeeping.purge_in_passing(office.clock[0]) > 0
    assert counts(office)["grants"] == 0


def test_nobody_purges_without_being_a_wallet(office):
    office.ready()
    office.clock[0] += QUARTER
    before = counts(office)
    assert office.wallet().push(headers={"X": "y"}).status_code == 401
    assert counts(office) == before


def test_the_purge_command(environ, people):
    migrate(environ)
    import_decisions(environ, [(c.person, c.documents) for c in people.values()], NOW)
    database = connect(environ["ISSUER_DATABASE_URL"])
    database.execute("INSERT INTO replays (value_hash, expires_at) VALUES ('x', 1)")
    done = CliRunner(env=environ).invoke(issuer, ["purge"])
    assert (done.exit_code, done.output) == (0, "1 rows were over and are gone\n")
    assert database.query("SELECT count(*) AS n FROM replays")[0]["n"] == 0
    assert database.query("SELECT count(*) AS n FROM records")[0]["n"] == 6
    database.close()


def test_the_deliver_command_sends_what_waits(environ, desk, keys):
    write_signer(Path(environ["ISSUER_KEYS_FOLDER"]), "seal", keys.seal)
    migrate(environ)
    database, now = connect(environ["ISSUER_DATABASE_URL"]), int(time.time())
    delivery = Delivery("request", f"{desk.url}/replacement/x/certificate", "a JWE")
    Replacements(database).enqueue(delivery, now + 600)
    done = CliRunner(env=environ).invoke(issuer, ["deliver"])
    assert (done.exit_code, done.output) == (
        0,
        "1 certificates were delivered\n0 letters were delivered\n",
    )
    assert desk.received == [("x", "a JWE")]
    again = CliRunner(env=environ).invoke(issuer, ["deliver"])
    assert again.output == "0 certificates were delivered\n0 letters were delivered\n"
    database.close()


def test_the_purge_command_needs_its_settings(environ):
    del environ["ISSUER_SECRET_KEY"]
    with pytest.raises(Exception, match="ISSUER_SECRET_KEY"):
        CliRunner(env=environ).invoke(issuer, ["purge"], catch_exceptions=False)
