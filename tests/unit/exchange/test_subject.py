"""Whom a case is about, told from one message to the next."""

import pytest

from esspass.exchange.content import verify_content
from esspass.exchange.sed import sed_types
from esspass.exchange.subject import create_subject, describe_subject
from tests.builders.messages import create_content

REPLIES = sorted(sed for sed in sed_types() if sed not in ("X050", "X100"))


@pytest.mark.parametrize("sed", REPLIES)
@pytest.mark.parametrize("earlier", ["A009", "DA01", "S044"])
def test_the_subject_fits_every_message_that_may_follow(sed, earlier):
    known = create_subject(sed, [create_content(earlier, full=True)])
    verify_content(sed, "4.2", {**create_content(sed), **known})
    assert ("CaseContext" in known) is (sed[0] in "XD")
    assert ("Person" in known) is (sed[0] not in "XD")


def test_the_employer_comes_from_the_notification():
    content = create_content("A009", full=True)
    employer = content["EmployerInMemberStateWhichLegislationApplies"][0]["name"]
    context = create_subject("X008", [create_content("X009"), content])["CaseContext"]
    assert context["PersonContext"]
    assert "EmployerContext" not in context  # the latest context stands
    context = create_subject("X008", [content])["CaseContext"]
    assert context["EmployerContext"]["name"] == employer


def test_a_document_is_carried_on_without_its_standing():
    content = create_content("A009", full=True)
    assert "withdrawnFrom" in content["PortableDocument"]
    document = create_subject("DA01", [content])["PortableDocument"]
    assert set(document) == {"documentNumber", "vct", "issuedOn"}


def test_nobody_is_nobody():
    assert create_subject("X008", []) == {}
    assert describe_subject([create_content("X050")]) is None
    assert describe_subject([create_content("H001")])[1] == "1990-04-17"
