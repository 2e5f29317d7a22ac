"""Parts of the exchange: how a case is kept, who changed, the worker and its commands."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from demo.processes import free_ports
from demo.world import SERVICES, create_world
from esspass.errors import MalformedError, UnavailableError
from esspass.exchange.engine import open_case
from esspass.exchange.model import Case, MessageAction
from esspass.exchange.partners import Change, find_changes
from esspass.trust.exchange_entry import parse_exchange_entry
from issuer.commands import issuer
from issuer.exchange.cases import Cases, ChangedMeanwhileError, find_subject
from issuer.exchange.office import create_keeper
from issuer.exchange.storing import read_value, write_value
from issuer.exchange.tasks import UnknownTaskError
from tests.builders.exchange import EL, running_partners
from tests.builders.lists import DAY, NOW
from tests.builders.messages import create_content
from tests.unit.exchange.test_envelope import message


def started(**changes):
    plain = {"content": create_content("A009"), "after": {}, "facts": ()}
    return message(**{**plain, **changes})


CASE = open_case(started(), "EL:2000")


def test_a_case_is_read_as_it_was_written():
    assert read_value(Case, write_value(CASE)) == CASE
    step = replace(CASE.log[0], undelivered=frozenset({"B:1", "A:1"}), related_set_id="r" * 22)
    case = replace(CASE, log=(step,), former=("RO:1",))
    assert read_value(Case, write_value(case)) == case
    assert isinstance(read_value(Case, write_value(case)).log[0].action, MessageAction)


def test_members_that_came_later_take_their_defaults():
    older = json.loads(write_value(CASE))
    del older["locally_closed"], older["log"][0]["undelivered"]
    assert read_value(Case, json.dumps(older)) == CASE


def test_who_read_an_older_revision_writes_nothing(issuer_database):
    cases = Cases(issuer_database)
    cases.add(CASE, started(), "")
    with pytest.raises(ChangedMeanwhileError):
        cases.add(CASE, started(), "")
    case, revision = cases.get(CASE.id)
    assert cases.save(replace(case, changed_at=NOW + 1), revision) == revision + 1
    with pytest.raises(ChangedMeanwhileError):
        cases.save(replace(case, changed_at=NOW + 2), revision)
    assert cases.get(CASE.id)[0].changed_at == NOW + 1


def test_the_subject_is_the_person_named_first():
    content = {
        "Person": {"PersonIdentification": {"familyName": "Ąžuolas", "forename": "Jonas"}},
        "Employer": [{"Contact": {"familyName": "Other"}}],
    }
    assert find_subject(started(content=content)) == "Ąžuolas Jonas"
    assert find_subject(started(content={})) == ""


def test_tasks_come_by_due_date_and_once_per_occasion(issuer_database):
    tasks = create_keeper(issuer_database).tasks
    assert tasks.add("b", NOW, reference="later", due_at=NOW + 9)
    assert tasks.add("a", NOW, reference="whenever")
    assert tasks.add("b", NOW, reference="sooner", due_at=NOW + 5, case_id="c")
    assert not tasks.add("b", NOW + 1, reference="sooner", due_at=NOW + 7)
    assert [task.reference for task in tasks.open()] == ["sooner", "later", "whenever"]
    first = tasks.open()[0]
    tasks.done(first.id, NOW + 2, "Ona")
    assert tasks.get(first.id).done_by == "Ona"
    with pytest.raises(UnknownTaskError):
        tasks.done(first.id, NOW + 3)
    with pytest.raises(UnknownTaskError):
        tasks.get("x")
    assert tasks.count() == 2
    assert not tasks.add("b", NOW + 4, reference="sooner"), "done is done"


@pytest.fixture
def listed(tmp_path):
    with running_partners(tmp_path) as partners:
        yield partners


def changes_after(listed, *competences, **changes):
    before = listed.view.directory
    listed.list(EL, competences or (("LA_BUC_04", "CP"),), **changes)
    listed.publish()
    found = find_changes(before, listed.view.directory, NOW)
    return [(each.institution_id, each.change, each.case_type) for each in found]


def test_what_changed_between_two_directories(listed):
    changes_after(listed)
    assert changes_after(listed) == []
    assert changes_after(listed, ("LA_BUC_02", "CP")) == [
        (EL, Change.COMPETENT, "LA_BUC_02"),
        (EL, Change.NOT_COMPETENT, "LA_BUC_04"),
    ]
    assert changes_after(listed, ("LA_BUC_02", "CP"), contact="new") == [(EL, Change.CONTACT, None)]
    assert changes_after(listed, ("LA_BUC_02", "CP"), endpoint="https://x.example")[0] == (
        EL, Change.REACHED_ELSEWHERE, None,
    )  # fmt: skip
    before = listed.view.directory
    listed.world.institutions = [i for i in listed.world.institutions if i.institution_id != EL]
    listed.publish()
    after = listed.view.directory
    assert [each.change for each in find_changes(before, after, NOW)] == [Change.LEFT]
    assert [each.change for each in find_changes(after, before, NOW)] == [Change.JOINED]


def test_without_a_key_there_is_no_exchange(office):
    desk = office.services.desk
    for attempt in (
        lambda: desk.start("LA_BUC_04", [EL], "A009", create_content("A009"), NOW),
        lambda: desk.receive("a.b.c.d.e", NOW),
    ):
        with pytest.raises(UnavailableError) as raised:
            attempt()
        assert raised.value.code == "no_exchange_key"
    answer = office.app.test_client().post(
        "/exchange/messages", data="x", content_type="application/jose",
        base_url=office.config.base_url,
    )  # fmt: skip
    assert answer.status_code == 404


def test_the_commands_of_an_institution(tmp_path, monkeypatch):
    world = create_world(tmp_path / "world", free_ports(len(SERVICES)), NOW, pace="quick")
    for name, value in world.service("host-el").environ.items():
        monkeypatch.setenv(name, value)
    options = [
        "access-point",
        "--contact",
        "x@x.example",
        "--case-type",
        "LA_BUC_04",
        "--role",
        "CP",
    ]
    written = CliRunner().invoke(issuer, options)
    assert written.exit_code == 0, written.output
    entry = parse_exchange_entry(json.loads(written.output))
    assert entry.endpoint == f"{world.base_url('host-el')}/exchange/messages"
    assert [(c.case_type, c.role) for c in entry.competences] == [("LA_BUC_04", "CP")]
    done = CliRunner().invoke(issuer, ["work", "--once"])
    assert done.exit_code == 0, done.output
    assert done.output == "0 things were done\n"
    for name, value in world.service("identity-lt").environ.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(issuer, options)
    assert isinstance(refused.exception, MalformedError)


def test_an_alarm_is_not_raised_for_what_was_read(issuer_database):
    log = create_keeper(issuer_database).log
    assert log.unread_since(NOW + DAY, "unread") == []
    assert log.mark_read("c", NOW) == 0
