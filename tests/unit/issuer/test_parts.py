"""Settings, keys, nonces, matching, status lists and the register, each on its own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from esspass.attestations import EHIC
from esspass.errors import MalformedError, VerificationError
from esspass.keys.files import write_signer
from esspass.statuslist import INVALID, SUSPENDED, VALID
from esspass.storage import connect
from issuer import IssuerConfig, app_from_environ, import_decisions, migrate
from issuer.bearer import KeyedHash
from issuer.credentials import Credentials
from issuer.keys import read_keys
from issuer.matching import Identity, NoMatchError, match_person, parse_identity
from issuer.nonces import Nonces, Purpose
from issuer.records import RecordState
from issuer.replays import Replays
from issuer.status_lists import SignedList, StatusLists, StatusNotExpressibleError
from tests.builders.issuance import NOW
from tests.unit.issuer.conftest import SECRET


@pytest.fixture
def environ(tmp_path, keys, world):
    for name in ("attestation", "status", "access"):
        write_signer(tmp_path / "keys", name, getattr(keys, name))
    from esspass.trust import create_trust_anchors

    (tmp_path / "anchors.json").write_text(create_trust_anchors(world.anchors))
    return {
        "ISSUER_BASE_URL": "http://localhost:8101/", "ISSUER_SECRET_KEY": SECRET, "ISSUER_DATABASE_URL": str(tmp_path / "i.db"),
        "ISSUER_KEYS_FOLDER": str(tmp_path / "keys"), "ISSUER_TRUST_ANCHORS": str(tmp_path / "anchors.json"),
        "ISSUER_INSTITUTION_ID": "LT:1000", "ISSUER_INSTITUTION_NAME": "Fund", "ISSUER_COUNTRY": "LT",
        "ISSUER_ALLOW_LOOPBACK": "1", "ISSUER_SIGN_IN": "pid, demo-eid", "ISSUER_STATUS_TTL": "1",
    }  # fmt: skip


def test_settings_from_the_environment(environ):
    config = IssuerConfig.from_environ(environ)
    assert config.base_url == "http://localhost:8101"
    assert config.sign_in == ("pid", "demo-eid")
    assert config.status_ttl == 1
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    "change",
    [
        {"ISSUER_SIGN_IN": "password"},
        {"ISSUER_SIGN_IN": "oidc"},
        {"ISSUER_STATUS_TTL": "soon"},
        {"ISSUER_BATCH_SIZE": "1"},
        {"ISSUER_STATUS_BITS": "4"},
    ],
)
def test_settings_that_cannot_be(environ, change):
    with pytest.raises(MalformedError):
        IssuerConfig.from_environ({**environ, **change})


def test_a_missing_setting(environ):
    del environ["ISSUER_SECRET_KEY"]
    with pytest.raises(MalformedError, match="ISSUER_SECRET_KEY"):
        IssuerConfig.from_environ(environ)


def test_oidc_settings(environ):
    more = {
        "ISSUER_SIGN_IN": "oidc",
        "ISSUER_OIDC_ISSUER": "https://op.example/",
        "ISSUER_OIDC_CLIENT_ID": "a",
        "ISSUER_OIDC_CLIENT_SECRET": "hunter2",
    }
    config = IssuerConfig.from_environ({**environ, **more})
    assert config.oidc.issuer == "https://op.example/"  # OpenID Connect compares it as it is
    assert "hunter2" not in repr(config)


def test_the_whole_app_from_the_environment(environ, monkeypatch, people, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert migrate(environ)
    assert migrate(environ) == []
    assert (
        len(import_decisions(environ, [(c.person, c.documents) for c in people.values()], NOW)) == 6
    )
    app = app_from_environ()
    app_from_environ()
    printed = capsys.readouterr().err
    assert printed.count("http://localhost:8101/invitation/") == 1
    client = app.test_client()
    assert client.get("/readyz", base_url="http://localhost:8101").status_code == 200
    assert client.get("/jwks", base_url="http://localhost:8101").status_code == 200
    assert client.get("/authorize", base_url="http://localhost:8101").status_code == 400


def test_km_06_an_app_with_one_key_for_two_purposes_does_not_start(environ, monkeypatch, tmp_path):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for part in ("key", "cert"):
        (tmp_path / "keys" / f"status.{part}.pem").write_bytes(
            (tmp_path / "keys" / f"attestation.{part}.pem").read_bytes()
        )
    migrate(environ)
    with pytest.raises(MalformedError) as error:
        app_from_environ()
    assert error.value.code == "keys_not_distinct"


def test_the_encryption_key_is_the_same_after_a_restart(environ, tmp_path):
    first, second = (read_keys(tmp_path / "keys", KeyedHash(SECRET)).encryption for _ in range(2))
    assert first.public_jwk() == second.public_jwk()
    other = read_keys(
        tmp_path / "keys", KeyedHash("another secret key of thirty-two ch")
    ).encryption
    assert other.kid != first.kid


def test_nonces():
    nonces = Nonces(KeyedHash(SECRET), 300)
    nonce = nonces.create(Purpose.CREDENTIAL, NOW)
    assert nonces.expiry(Purpose.CREDENTIAL, nonce, NOW + 299) == NOW + 300
    assert nonces.expiry(Purpose.CREDENTIAL, nonce, NOW + 300) is None
    assert nonces.expiry(Purpose.DPOP, nonce, NOW) is None
    assert Nonces(KeyedHash("other"), 300).expiry(Purpose.CREDENTIAL, nonce, NOW) is None
    for bad in ("", "x", nonce[:-1], nonce + "A", nonce[:5] + "A" + nonce[6:], "é"):
        if bad != nonce:
            assert nonces.expiry(Purpose.CREDENTIAL, bad, NOW) is None


def test_a_value_is_used_once(issuer_database):
    replays = Replays(issuer_database)
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: replays.first_use("a", "x", NOW), range(24)))
    assert first.count(True) == 1
    assert replays.first_use("b", "x", NOW + 10)
    assert replays.purge(NOW + 1) == 1
    assert not replays.first_use("b", "x", NOW + 10)


def test_matching(portable_office, people):
    records, person = portable_office.issuer.records, people["builder"].person
    identity = Identity(person.surnames, person.forenames, person.date_of_birth, person.pin)
    person_id = match_person(records, identity)
    assert person_id == records.get(portable_office.records["builder", "ehic"]).person_id
    plain = person.surnames.replace("ė", "e").replace("š", "s").replace("ž", "z").upper()
    assert match_person(records, replace(identity, surnames=plain)) == person_id
    assert (
        match_person(records, replace(identity, number=f"{person.pin[:4]} {person.pin[4:]}"))
        == person_id
    )
    for change in (
        {"surnames": "Other"},
        {"forenames": "Other"},
        {"number": "1"},
        {"number": None},
        {"number": "-"},
        {"date_of_birth": date(1970, 1, 1)},
        {"forenames": person.forenames[:3]},
    ):
        with pytest.raises(NoMatchError):
            match_person(records, replace(identity, **change))


def test_two_of_the_same_name_and_birth_date_need_the_number(office, people):
    person, document = people["builder"].person, people["builder"].documents[1]
    twin = replace(person, pin="39999999999")
    office.issuer.records.add(twin, replace(document, document_number="80440000000000001111"), NOW)
    records = office.issuer.records
    identity = Identity(person.surnames, person.forenames, person.date_of_birth)
    with pytest.raises(NoMatchError):
        match_person(records, identity)
    assert match_person(records, replace(identity, number=person.pin)) != match_person(
        records, replace(identity, number=twin.pin)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"family_name": None},
        {"given_name": ""},
        {"birthdate": "1980"},
        {"birthdate": 5},
        {"number": 7},
        {"number": ""},
        {"family_name": "x" * 301},
    ],
)
def test_identities_that_are_incomplete(change):
    claims = {
        "family_name": "A",
        "given_name": "B",
        "birthdate": "1980-01-01",
        "number": "1",
        **change,
    }
    with pytest.raises(MalformedError):
        parse_identity(claims, "number")


def test_status_indexes_are_random_and_distinct(issuer_database):
    lists = StatusLists(issuer_database, 4096)
    slots = [lists.take(f"c{n}") for n in range(60)]
    assert len(set(slots)) == 60
    indexes = [index for _, index in slots]
    assert indexes != sorted(indexes)
    assert max(indexes) > 1000


def test_parallel_takers_get_distinct_slots(issuer_database):
    lists = StatusLists(issuer_database, 64)
    with ThreadPoolExecutor(6) as pool:
        slots = list(pool.map(lambda n: lists.take(f"c{n}"), range(48)))
    assert len(set(slots)) == 48


def test_a_full_list_is_followed_by_another(issuer_database):
    lists = StatusLists(issuer_database, 8)
    slots = [lists.take(f"c{n}") for n in range(30)]
    assert len(set(slots)) == 30
    assert len(lists.identifiers()) > 3


def add_credential(database, lists, credential_id, record_id="r", index=5):
    slot = lists.take(credential_id, draw=lambda _size: index)
    Credentials(database).add(credential_id, record_id, EHIC, "b", slot, NOW, NOW + 1)
    return slot


def test_invalid_is_final(issuer_database):
    lists = StatusLists(issuer_database, 64, 2)
    assert add_credential(issuer_database, lists, "c") == (1, 5)
    version = lists.version(1)
    assert lists.set_all("r", VALID) == 0
    assert [lists.set_all("r", status) for status in (SUSPENDED, SUSPENDED, VALID)] == [1, 0, 1]
    assert lists.version(1) == version + 2
    assert lists.set_all("r", INVALID) == 1
    assert lists.read(1).get(5) == INVALID
    assert [lists.set_all("r", status) for status in (VALID, SUSPENDED, INVALID)] == [0, 0, 0]


def test_a_list_of_one_bit_never_says_suspended(issuer_database):
    narrow, wide = StatusLists(issuer_database, 64), StatusLists(issuer_database, 64, 2)
    assert add_credential(issuer_database, narrow, "old") == (1, 5)
    assert add_credential(issuer_database, wide, "new") == (2, 5)
    assert [wide.read(n).bits for n in (1, 2)] == [1, 2]
    with pytest.raises(StatusNotExpressibleError):
        wide.set_all("r", SUSPENDED)
    assert [wide.read(n).get(5) for n in (1, 2)] == [VALID, VALID]
    assert wide.set_all("r", INVALID) == 2


def test_processes_of_either_width_keep_to_their_lists(issuer_database):
    """While a new setting is rolled out; a full list is followed by one of the same width."""
    both = StatusLists(issuer_database, 8), StatusLists(issuer_database, 4, 2)
    slots = [lists.take(f"{lists.bits}-{n}") for n in range(20) for lists in both]
    widths = {list_id: both[0].read(list_id).bits for list_id, _ in slots}
    assert [widths[list_id] for list_id, _ in slots] == [1, 2] * 20
    assert len(set(slots)) == 40
    assert len(widths) < 20


def test_the_register(portable_office, people):
    records = portable_office.issuer.records
    record = records.get(portable_office.records["builder", "pda1"])
    assert record.document == people["builder"].documents[0]
    assert record.person == people["builder"].person
    again = records.add(record.person, record.document, NOW + 5, RecordState.PENDING)
    assert again == (record.id, False)
    assert records.get(record.id).state == "granted"
    with pytest.raises(VerificationError):
        records.get("unknown")
    with pytest.raises(MalformedError):
        records.add(replace(record.person, pin=None), record.document, NOW)
    assert records.search("", RecordState.PENDING).total == 0
    assert records.search(record.person.surnames.lower()).total == 2


def test_the_import_command(environ, people, tmp_path):
    import json

    from click.testing import CliRunner

    from esspass.attestations import create_person_record, create_record
    from issuer.commands import issuer

    migrate(environ)
    file = tmp_path / "people.json"
    entries = [
        {
            "person": create_person_record(c.person),
            "documents": [create_record(d) for d in c.documents],
        }
        for c in people.values()
    ]
    file.write_text(json.dumps(entries))
    done = CliRunner(env=environ).invoke(issuer, ["import", str(file)])
    assert done.output == "6 decisions are in the register\n"
    assert (
        connect(environ["ISSUER_DATABASE_URL"]).query("SELECT count(*) AS n FROM records")[0]["n"]
        == 6
    )
    file.write_text('[{"person": {}}]')
    assert CliRunner(env=environ).invoke(issuer, ["import", str(file)]).exit_code == 1


def test_an_older_list_never_replaces_a_newer_one(issuer_database):
    lists = StatusLists(issuer_database, 4096)
    lists.take("c")
    newer, slow = SignedList("newer", 6, NOW), SignedList("slow", 5, NOW + 1)
    lists.keep_signed(1, newer)
    lists.keep_signed(1, slow)
    assert lists.signed(1) == newer
    lists.keep_signed(1, renewed := SignedList("renewed", 6, NOW + 1))
    assert lists.signed(1) == renewed
