"""The case types as data: complete, consistent, in four languages."""

import pytest

from esspass.errors import MalformedError
from esspass.exchange.board import CONDITIONS
from esspass.exchange.case_type import LOCAL_CLOSE, Flag, case_type, case_types, find_marks
from esspass.exchange.model import Role
from esspass.exchange.sed import sed_type, sed_types

NAMES = {
    *(f"LA_BUC_0{number}" for number in range(1, 7)),
    *(f"S_BUC_{number}" for number in ("01", "01a", "02", "03", "04", "05", "24")),
    *(f"H_BUC_{number}" for number in ("01", "02a", "02b", "02c", "03a", "03b", "05", "06")),
    "DA_BUC_01",
}
KINDS = pytest.mark.parametrize("kind", case_types(), ids=lambda kind: kind.id)


def test_all_are_there_and_one_is_ours():
    assert {kind.id for kind in case_types()} == NAMES
    assert {kind.id for kind in case_types() if kind.origin != "EESSI"} == {"DA_BUC_01"}


def test_only_the_posting_and_the_dialogue_are_bilateral_among_those_on_legislation():
    assert [k.id for k in case_types() if k.id.startswith("LA") and not k.multilateral] == [
        "LA_BUC_04"
    ]


@pytest.mark.parametrize(
    ("name", "version", "code"),
    [("LA_BUC_07", "4.2", "unknown_case_type"), ("LA_BUC_01", "4.4", "wrong_case_version")],
)
def test_what_is_not_there_is_refused(name, version, code):
    with pytest.raises(MalformedError) as caught:
        case_type(name, version)
    assert caught.value.code == code


@KINDS
def test_it_has_titles_and_begins_with_one_message(kind):
    assert set(kind.titles) == {"en", "lt", "el", "ro"}
    assert all(kind.titles.values())
    assert len(kind.starters()) == 1
    assert kind.starters(Role.COUNTERPARTY) == ()
    assert kind.source["reference"]


@KINDS
def test_what_it_refers_to_is_in_it(kind):
    documents = {right.sed for right in kind.rights}
    triggers = [*kind.closing, *(trigger for right in kind.rights for trigger in right.when)]
    for trigger in triggers:
        assert {trigger.sent, trigger.received, trigger.unless} - {""} <= documents
        assert trigger.condition in ("", *CONDITIONS)
    for right in kind.rights:
        assert right.excludes <= documents
    for rule in kind.deadlines:
        assert {rule.start, *rule.until, *filter(None, [rule.extended_by])} <= documents


@KINDS
def test_every_message_has_a_schema_and_takes_files_where_the_flag_says_so(kind):
    assert kind.seds <= sed_types().keys()
    assert all(
        sed_type(right.sed).attachments for right in kind.rights if Flag.ATTACH in right.flags
    )


@KINDS
def test_it_is_closed_by_its_owner_or_by_each_for_itself(kind):
    owner, counterparty = (kind.administrative[role] for role in Role)
    assert bool(kind.closing) is ("X001" in owner)
    assert "X001" not in counterparty
    assert not {"X001", LOCAL_CLOSE} <= owner


def test_section_7_is_read_from_the_content():
    assert find_marks("S072", {"Entitlement": {"Entitled": {"categoryPerson": "01"}}}) == {"SECT7"}
    assert find_marks("S072", {"Entitlement": {"NotEntitled": {"reason": "01"}}}) == frozenset()
    assert find_marks("S073", {"Entitlement": {"Entitled": {}}}) == frozenset()
    assert find_marks("S072", {"Entitlement": "none"}) == frozenset()
