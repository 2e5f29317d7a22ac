"""The operator's side: changes wait for an issue, numbers never come back, crashes lose nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esspass.errors import MalformedError
from esspass.keys.certificates import create_authority, create_signer
from esspass.storage import connect, migrate
from esspass.trust import (
    DIRECTORY,
    MIGRATIONS,
    IssuerRefusedError,
    IssuerUndecidedError,
    ListType,
    ServiceKind,
    SnapshotStore,
    Status,
    decide_attestation_issuer,
    parse_trust_anchors,
    verify_list,
)
from esspass.trust.folder import NAMES, OperatorFolder
from esspass.trust.jades import create_signer_digest
from esspass.trust.model import PENDING, create_key_id
from esspass.trust.operator import (
    Admission,
    add_entity,
    create_operator,
    publish,
    roll_entity_key,
    roll_list_key,
    withdraw_entity,
    withdraw_types,
)
from esspass.trust.review import read_view
from tests.builders.lists import DAY, EHIC, NOW, PDA1, create_body

PUB, PID = ListType.PUB_EAA_PROVIDERS, ListType.PID_PROVIDERS
BODY = create_body("Example Fund", "LT", "LT:1000", NOW - 100 * DAY)
IDENTITY = create_body("Example Identity", "LT", "LT:2000", NOW - 100 * DAY)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "trust"
    create_operator(
        path, name="Example Operator", territory="EU", base_url="https://lists.example/", now=NOW
    )
    return path


def admit(folder, body=BODY, list_type=PUB, vcts=(PDA1, EHIC)):
    add_entity(
        folder,
        Admission(
            list_type,
            body.name,
            body.country,
            body.issuance.certificate,
            body.revocation.certificate,
            body.institution_id if list_type is PUB else None,
            vcts,
        ),
    )


def newest(folder, now, list_type=PUB):
    return read_view(folder, now).newest(list_type)


def decide(folder, now, issued_at, signer=BODY.attestation_signer, vct=PDA1):
    return decide_attestation_issuer(
        read_view(folder, now),
        signer.certificates,
        vct=vct,
        institution_id=BODY.institution_id,
        country="LT",
        issued_at=issued_at,
        now=now,
    )


def refused(raised_type, folder, *moments, **changes):
    with pytest.raises(raised_type) as raised:
        decide(folder, *moments, **changes)
    return raised.value.code


def test_a_new_operator_publishes_empty_lists(folder):
    publications = publish(folder, NOW)
    assert [(p.name, p.sequence_number) for p in publications] == [(name, 1) for name in NAMES]
    for name in NAMES:
        assert (folder / "published" / f"{name}.jwt").is_file()


def test_a_folder_is_started_once(folder):
    with pytest.raises(MalformedError) as raised:
        create_operator(folder, name="x", territory="EU", base_url="https://x", now=NOW)
    assert raised.value.code == "already_initialised"


def test_private_keys_are_for_their_owner_only(folder):
    keys = list((folder / "keys").glob("*.key.pem"))
    assert len(keys) == 7
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_verifiers_pin_what_the_folder_says(folder):
    publish(folder, NOW)
    anchors = parse_trust_anchors((folder / "anchors.json").read_text())
    assert anchors.sources[PUB].url == "https://lists.example/pub-eaa-providers.jwt"
    token = (folder / "published" / "pub-eaa-providers.jwt").read_text()
    assert verify_list(token, anchors.sources[PUB].certificates, NOW).sequence_number == 1


def test_numbers_rise_by_one(folder):
    for expected in (1, 2, 3):
        assert {p.sequence_number for p in publish(folder, NOW + expected)} == {expected}
    assert {p.name: p.sequence_number for p in publish(folder, NOW + 9, names=[PUB])} == {PUB: 4}


def test_an_admission_begins_with_the_issue_that_says_it(folder):
    publish(folder, NOW)
    admit(folder)
    assert newest(folder, NOW).entities == ()
    publish(folder, NOW + DAY)
    service = newest(folder, NOW + DAY).entities[0].services[0]
    assert (service.status, service.starts, service.history) == (Status.NOTIFIED, NOW + DAY, ())
    directory = read_view(folder, NOW + DAY).directory
    assert [a.starts for a in directory.institutions[0].authorizations] == [NOW + DAY] * 2
    assert decide(folder, NOW + 2 * DAY, NOW + DAY)


def test_trade_names_carry_identifier_and_legal_basis(folder):
    admit(folder)
    publish(folder, NOW)
    assert newest(folder, NOW).entities[0].trade_names == ("NTRLT-1000", "OJ:EU:32004R0883")


def test_a_withdrawal_is_never_retroactive(folder):
    admit(folder)
    publish(folder, NOW)
    withdraw_entity(folder, PUB, BODY.name)
    assert decide(folder, NOW + DAY, NOW + 1), "not before it is published"
    publish(folder, NOW + 10 * DAY)
    issuance, revocation = newest(folder, NOW + 10 * DAY).entities[0].services
    assert (issuance.status, issuance.starts) == (Status.WITHDRAWN, NOW + 10 * DAY)
    assert [(i.status, i.starts) for i in issuance.history] == [(Status.NOTIFIED, NOW)]
    assert revocation.status is Status.NOTIFIED
    later = NOW + 11 * DAY
    assert refused(IssuerUndecidedError, folder, later, NOW + 1) == "issuer_left_list_unproven"
    assert refused(IssuerRefusedError, folder, later, later) == "withdrawn_at_issuance"


def test_a_return_to_the_list_heals_nothing_in_between(folder):
    for moment, change in (
        (NOW, lambda: admit(folder)),
        (NOW + 10 * DAY, lambda: withdraw_entity(folder, PUB, BODY.name)),
        (NOW + 20 * DAY, lambda: admit(folder)),
    ):
        change()
        publish(folder, moment)
    later = NOW + 25 * DAY
    assert refused(IssuerRefusedError, folder, later, NOW + 15 * DAY) == "withdrawn_at_issuance"
    assert decide(folder, later, NOW + 5 * DAY)
    assert decide(folder, later, NOW + 22 * DAY)
    history = newest(folder, later).entities[0].services[0].history
    assert [i.status for i in history] == [Status.WITHDRAWN, Status.NOTIFIED]


def test_a_change_of_mind_before_publishing_leaves_no_trace(folder):
    admit(folder)
    publish(folder, NOW)
    before = newest(folder, NOW).entities
    withdraw_entity(folder, PUB, BODY.name)
    admit(folder)
    publish(folder, NOW + DAY)
    assert newest(folder, NOW + DAY).entities == before


def test_two_issues_in_one_second_have_two_dates(folder):
    admit(folder)
    publish(folder, NOW)
    withdraw_entity(folder, PUB, BODY.name)
    publish(folder, NOW)
    service = newest(folder, NOW + 1).entities[0].services[0]
    assert [i.starts for i in service.intervals()] == [NOW + 1, NOW]


def test_a_clock_behind_the_last_issue_publishes_nothing(folder):
    publish(folder, NOW)
    with pytest.raises(MalformedError) as raised:
        publish(folder, NOW - DAY)
    assert raised.value.code == "clock_behind"
    assert newest(folder, NOW).sequence_number == 1


def test_lists_without_status_simply_lose_the_entry(folder):
    admit(folder, IDENTITY, PID, ())
    publish(folder, NOW)
    assert len(newest(folder, NOW, PID).entities) == 1
    withdraw_entity(folder, PID, IDENTITY.name)
    publish(folder, NOW + 1)
    assert newest(folder, NOW + 1, PID).entities == ()


def test_types_end_with_the_issue_that_says_so(folder):
    admit(folder)
    publish(folder, NOW)
    withdraw_types(folder, BODY.institution_id, [PDA1])
    publish(folder, NOW + 10 * DAY)
    later = NOW + 12 * DAY
    assert refused(IssuerUndecidedError, folder, later, NOW + 1) == "type_authorisation_ended"
    assert refused(IssuerRefusedError, folder, later, later) == "type_not_authorised"
    assert decide(folder, later, NOW + 1, vct=EHIC)
    admit(folder)
    publish(folder, NOW + 20 * DAY)
    assert decide(folder, NOW + 21 * DAY, NOW + 20 * DAY)


def test_a_type_never_published_goes_without_a_trace(folder):
    admit(folder)
    withdraw_types(folder, BODY.institution_id, [PDA1])
    publish(folder, NOW)
    (institution,) = read_view(folder, NOW).directory.institutions
    assert [a.vct for a in institution.authorizations] == [EHIC]


def test_a_bodys_key_is_rolled_and_the_old_one_stays_as_identifier(folder):
    admit(folder)
    publish(folder, NOW)
    fresh = create_authority(BODY.name, "LT", "New CA", NOW)
    roll_entity_key(folder, PUB, BODY.name, fresh.certificate)
    publish(folder, NOW + 10 * DAY)
    service = newest(folder, NOW + 10 * DAY).entities[0].services[0]
    assert service.certificates == (fresh.certificate,)
    assert [i.key_ids for i in service.history] == [{create_key_id(BODY.issuance.certificate)}]
    later = NOW + 15 * DAY
    old = decide(folder, later, NOW + 5 * DAY)
    assert old.parameters["archived_sequence_number"] == "1"
    signer = create_signer(fresh, BODY.name, "LT", "new", NOW + 10 * DAY)
    assert decide(folder, later, NOW + 12 * DAY, signer=signer)
    assert (
        refused(IssuerRefusedError, folder, later, NOW + 12 * DAY) == "key_not_listed_at_issuance"
    )


def test_without_history_the_new_key_stands_beside_the_old(folder):
    admit(folder, IDENTITY, PID, ())
    fresh = create_authority(IDENTITY.name, "LT", "New CA", NOW)
    roll_entity_key(folder, PID, IDENTITY.name, fresh.certificate)
    publish(folder, NOW)
    services = newest(folder, NOW, PID).entities[0].services
    assert [s.kind for s in services].count(ServiceKind.ISSUANCE) == 2


def test_a_list_key_is_announced_then_activated(folder):
    publish(folder, NOW)
    old = newest(folder, NOW).signer
    roll_list_key(folder, PUB, NOW)
    publish(folder, NOW + 1)
    announced = newest(folder, NOW + 1)
    assert announced.signer == old, "the announcement is signed with the key verifiers have"
    current, following = (create_signer_digest(c) for c in announced.announced_signers)
    assert current == old
    pinned = parse_trust_anchors((folder / "anchors.json").read_text()).sources[PUB].certificates
    assert [create_signer_digest(c) for c in pinned] == [old, following]
    roll_list_key(folder, PUB, NOW, activate=True)
    publish(folder, NOW + 2)
    assert newest(folder, NOW + 2).signer == following
    assert len(read_view(folder, NOW + 2).snapshots[PUB]) == 3, "what the old key signed stays good"


def test_a_forgotten_list_key_proves_nothing(folder):
    publish(folder, NOW)
    roll_list_key(folder, DIRECTORY, NOW)
    roll_list_key(folder, PUB, NOW)
    roll_list_key(folder, PUB, NOW, activate=True, forget_old=True)
    publish(folder, NOW + 1)
    assert [s.sequence_number for s in read_view(folder, NOW + 1).snapshots[PUB]] == [2]


def test_keys_are_rolled_in_order(folder):
    with pytest.raises(MalformedError) as raised:
        roll_list_key(folder, PUB, NOW, activate=True)
    assert raised.value.code == "no_next_key"
    roll_list_key(folder, PUB, NOW)
    with pytest.raises(MalformedError) as raised:
        roll_list_key(folder, PUB, NOW)
    assert raised.value.code == "key_announced"


MISTAKES = {
    "unknown body": (lambda f: withdraw_entity(f, PUB, "Nobody"), "unknown_entity"),
    "unknown institution": (lambda f: withdraw_types(f, "LT:9", []), "unknown_authorization"),
    "unknown list": (lambda f: roll_list_key(f, "other", NOW), "unknown_list"),
    "other certificates": (
        lambda f: add_entity(f, Admission(PUB, BODY.name, "LT", IDENTITY.issuance.certificate)),
        "already_listed",
    ),
    "institution of another": (
        lambda f: add_entity(
            f, Admission(PUB, "Other", "LT", IDENTITY.issuance.certificate, None, "LT:1000", [PDA1])
        ),
        "institution_taken",
    ),
    "no such id": (
        lambda f: add_entity(
            f, Admission(PUB, "Other", "LT", IDENTITY.issuance.certificate, None, "1000", [PDA1])
        ),
        "malformed",
    ),
    "same certificate": (
        lambda f: roll_entity_key(f, PUB, BODY.name, BODY.issuance.certificate),
        "already_listed",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_change_nothing(folder, name):
    admit(folder)
    before = (folder / "state.json").read_bytes()
    mistake, code = MISTAKES[name]
    with pytest.raises(MalformedError) as raised:
        mistake(folder)
    assert raised.value.code == code
    assert (folder / "state.json").read_bytes() == before


def test_no_list_is_published_that_verifiers_would_refuse(folder):
    """One key for two bodies is found out when the list is made, before a number is used."""
    admit(folder)
    add_entity(folder, Admission(PUB, "Other", "LT", BODY.issuance.certificate))
    with pytest.raises(MalformedError):
        publish(folder, NOW)
    assert not (folder / "published").exists()


def test_a_folder_without_lists_says_what_to_do(tmp_path):
    with pytest.raises(MalformedError, match="trust init"):
        publish(tmp_path / "none", NOW)


@pytest.mark.parametrize("damage", ["{", "{}", '{"operator": 1}', "[]"])
def test_a_damaged_state_is_said_to_be_damaged(folder, damage):
    (folder / "state.json").write_text(damage)
    with pytest.raises(MalformedError):
        publish(folder, NOW)


def test_a_crash_before_the_number_was_noted_reuses_it(folder):
    """The archive has number 2, the state does not: nobody has seen it, so it is written anew."""
    publish(folder, NOW)
    (folder / "archive" / "pub-eaa-providers-2.jwt").write_text("half")
    publish(folder, NOW + 1)
    assert newest(folder, NOW + 1).sequence_number == 2


def test_a_crash_after_the_number_was_noted_publishes_it(folder):
    """The state has number 2, the published file is still number 1: 2 is published, then 3."""
    publish(folder, NOW)
    published = folder / "published" / "pub-eaa-providers.jwt"
    first = published.read_text()
    admit(folder)
    publish(folder, NOW + 1)
    second = published.read_text()
    published.write_text(first)
    OperatorFolder(folder).restore(OperatorFolder(folder).read())
    assert published.read_text() == second
    (folder / "anchors.json").unlink()
    publish(folder, NOW + 2)
    assert newest(folder, NOW + 2).sequence_number == 3
    assert (folder / "anchors.json").is_file()


def test_pending_dates_survive_in_the_state(folder):
    admit(folder)
    state = OperatorFolder(folder).read()
    assert state.entities[PUB][0].services[0].starts == PENDING
    assert state.institutions[0].authorizations[0].starts == PENDING


LOOP = """
import sys, time
from pathlib import Path
from esspass.trust.operator import publish
print("ready", flush=True)
while True:
    publish(Path(sys.argv[1]), int(time.time()))
"""


def test_killed_at_any_moment_it_never_says_two_things(folder, tmp_path):
    """A reader sees every issue that is ever public; kills fall wherever they fall."""
    database = connect(str(tmp_path / "reader.db"))
    migrate(database, MIGRATIONS)
    store, now = SnapshotStore(database), int(time.time())
    folder = tmp_path / "live"
    create_operator(folder, name="Operator", territory="EU", base_url="https://x", now=now)
    admit(folder)
    for delay in (0.02, 0.05, 0.09, 0.14):
        _publish_until_killed(folder, delay)
        _read_as_verifier(folder, store)
    publish(folder, int(time.time()))
    _read_as_verifier(folder, store)
    assert len(store.issues()) >= 2
    database.close()


def _publish_until_killed(folder, delay):
    with subprocess.Popen(
        [sys.executable, "-c", LOOP, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)


def _read_as_verifier(folder, store):
    """Raises on half a file, a bad signature, a rollback, or a number that means two things."""
    published = Path(folder) / "published" / "pub-eaa-providers.jwt"
    if not published.exists():
        publish(folder, int(time.time()))
    anchors = parse_trust_anchors((folder / "anchors.json").read_text())
    certificates = anchors.sources[PUB].certificates
    signers = [create_signer_digest(c) for c in certificates]
    token, now = published.read_text(), int(time.time()) + 1000
    snapshot = verify_list(token, certificates, now)
    store.add(PUB, snapshot, token, signers, now, store.newest(PUB, signers))


def test_two_operators_at_once_take_turns(folder):
    """Two processes publish ten times each: twenty numbers, none twice."""
    script = LOOP.replace("while True:", "for _ in range(10):")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    far = int(time.time()) + 1000
    assert [s.sequence_number for s in read_view(folder, far).snapshots[PUB]] == list(
        range(20, 0, -1)
    )
