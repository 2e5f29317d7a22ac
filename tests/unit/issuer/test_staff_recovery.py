"""A way back in for who lost every passkey: by command, once, logged; and the log that forgets."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from esspass.errors import MalformedError
from esspass.exchange.doubt import Sender, Watch
from esspass.storage import connect
from esspass.web.passkeys import PasskeyStore, create_first_invitation, new_user
from issuer import migrate
from issuer.access_log import Ground
from issuer.api.clients import Caller
from issuer.commands import issuer
from issuer.exchange.doubt_office import KEPT
from issuer.exchange.watches import UNKNOWN_KEPT, WatchKeeper
from issuer.staff import RECOVERY_LIFETIME, Role, Staff, UnknownMemberError
from issuer.work import create_jobs
from tests.builders.exchange import EL, LT
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.conftest import config
from tests.unit.issuer.exchange.conftest import running_union
from tests.unit.issuer.staffing import Colleague, lines
from tests.unit.issuer.test_parts import environ
from tests.unit.issuer.test_staff import register_at

__all__ = ["environ"]
DAY = 86400


@pytest.fixture
def lost(office):
    """A supervisor who set up a passkey and lost it; the id."""
    store = PasskeyStore(office.services.database)
    token = create_first_invitation(store, ISSUER, NOW).rpartition("/")[2]
    client = office.app.test_client()
    register_at(client, f"/invitation/{token}", name="Rasa Rasaitė", invitation=token)
    (member,) = office.services.staff.everybody()
    assert member.role is Role.SUPERVISOR
    return member.id, client


def recover(office, user_id, **settings):
    return office.services.staff.recover(user_id, NOW, **{"forget": False, **settings})


def test_a_link_gives_the_same_person_a_new_passkey_once(office, lost):
    user_id, _ = lost
    token = recover(office, user_id)
    client = office.app.test_client()
    page = client.get(f"/invitation/{token}", base_url=ISSUER)
    assert "A new passkey for Rasa Rasaitė" in page.text
    assert 'name="name"' not in page.text
    register_at(client, f"/invitation/{token}", name="Somebody Else", invitation=token)
    (member,) = office.services.staff.everybody()
    assert (member.id, member.name, member.role) == (user_id, "Rasa Rasaitė", Role.SUPERVISOR)
    assert len(PasskeyStore(office.services.database).list_passkeys(user_id)) == 2
    assert client.get("/staff", base_url=ISSUER).status_code == 200
    assert office.app.test_client().get(f"/invitation/{token}", base_url=ISSUER).status_code == 400
    log = client.get("/access-log", base_url=ISSUER)
    assert any("Set up a new passkey with such a link" in line for line in lines(log))


def test_a_link_ends_after_an_hour(office, lost):
    token = recover(office, lost[0])
    office.clock[0] = NOW + RECOVERY_LIFETIME
    assert office.app.test_client().get(f"/invitation/{token}", base_url=ISSUER).status_code == 400


def test_the_lost_passkeys_and_sessions_can_end_at_once(office, lost):
    user_id, thief = lost
    assert thief.get("/decisions", base_url=ISSUER).status_code == 200
    recover(office, user_id, forget=True)
    assert thief.get("/decisions", base_url=ISSUER).status_code in (302, 303)
    assert PasskeyStore(office.services.database).list_passkeys(user_id) == []


def test_nobody_who_was_removed_comes_back_by_a_link(office, lost):
    other = Colleague(office, "supervisor")
    token = recover(office, lost[0])
    other.post(f"/staff/{lost[0]}/remove")
    assert office.app.test_client().get(f"/invitation/{token}", base_url=ISSUER).status_code == 400
    for wrong in (lost[0], "nobody"):
        with pytest.raises(UnknownMemberError):
            recover(office, wrong)


def test_the_command_prints_the_link_and_logs_it(environ):
    migrate(environ)
    database = connect(environ["ISSUER_DATABASE_URL"])
    user = new_user("c3VwZXJ2aXNvcg", "staff", "Rasa Rasaitė")
    PasskeyStore(database).add_user(user, NOW)
    Staff(database).admit(user, "", NOW)
    run = lambda *words: CliRunner(env=environ).invoke(issuer, ["staff", *words])
    assert run("list").output == f"{user.id} supervisor Rasa Rasaitė (passkey)\n"
    made = run("recover", user.id)
    assert made.output.startswith("http://localhost:8101/invitation/"), made.output
    rows = database.query("SELECT user_id, route, ground FROM staff_access")
    assert rows == [
        {"user_id": user.id, "route": "staff.recovery_link", "ground": Ground.ADMINISTRATION}
    ]
    wrong = run("recover", "nobody")
    assert (wrong.exit_code, "nobody of this id" in wrong.output) == (1, True)
    database.close()


# Retention


def test_the_log_of_looks_and_calls_forgets_what_is_too_old(portable_office):
    office = portable_office
    clerk, program = Colleague(office, "clerk"), Program(office, "clerk")
    log, calls = office.services.access_log, office.services.api.accesses
    caller = Caller(office.services.api.clients.all()[0], "records")
    days = office.config.access_log_days
    for age in (days + 1, days - 1):
        log.add(clerk.member, "decisions.index", "", Ground.DECISION, NOW - age * DAY)
        calls.add(caller, "list_decisions", "", NOW - age * DAY, allowed=True)
    assert program.get("/decisions").status_code == 200
    (job,) = [each for each in create_jobs(office.services) if each.name == "drop old looks"]
    assert (job.run(NOW), job.run(NOW)) == (2, 0)
    assert (log.search().total, calls.count()) == (1, 2)


def test_the_log_is_never_kept_too_shortly():
    assert config(access_log_days=365).access_log_days == 365
    with pytest.raises(MalformedError, match="ACCESS_LOG_DAYS"):
        config(access_log_days=364)


def test_watches_go_some_time_after_the_document(tmp_path):
    with running_union(tmp_path) as union:
        record = union.give_out("builder")
        union.partners.settle()
        services, at = union[EL].services, union.now
        doubts, sender = services.doubts.doubts, Sender("https://inspection.example.gr", ())
        for jti, number in (("a", record.number), ("b", "never seen")):
            watch = Watch(sender.address, "", jti, at, LT, number)
            doubts.add_watch(watch, replace(sender, chain=union_chain(union)), at)
        keeper = WatchKeeper(doubts, services.joined.incoming)
        ended = (record.document.ends.toordinal() - day(at)) * DAY + at
        assert keeper.forget_due(ended + KEPT) == 0
        assert keeper.forget_due(ended + KEPT + DAY) == 1
        assert keeper.forget_due(at + UNKNOWN_KEPT - 1) == 0
        assert keeper.forget_due(at + UNKNOWN_KEPT) == 1
        assert "forget watches" in {job.name for job in create_jobs(services)}


def union_chain(union):
    return tuple(union.partners.world.bodies["access"].attestation_signer.certificates)


def day(at):
    from issuer.renewals import day_of

    return day_of(at).toordinal()
