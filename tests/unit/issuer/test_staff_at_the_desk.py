"""Roles at the desk: an auditor reads cases and leaves them as they are; looks are logged."""

from types import SimpleNamespace

import pytest

from issuer.access_log import Ground
from issuer.staff import Role
from tests.builders.exchange import EL, LT, running_partners
from tests.builders.lists import NOW
from tests.builders.messages import create_content
from tests.unit.issuer.staffing import Colleague


@pytest.fixture
def partners(tmp_path):
    with running_partners(tmp_path, LT, EL) as found:
        yield found


def colleague(partner, role):
    return Colleague(SimpleNamespace(app=partner.app, services=partner.services), role)


def test_an_auditor_leaves_a_message_unread_and_a_clerk_does_not(partners):
    case_id = partners[LT].start("DA_BUC_01", "DA01", create_content("DA01", full=True), EL)
    partners.settle()
    host = partners[EL]
    auditor, clerk = colleague(host, Role.AUDITOR), colleague(host, Role.CLERK)
    page = auditor.get(f"/cases/{case_id}").text
    assert "Done" not in page
    assert f"/cases/{case_id}/write/" not in page
    assert "Done" not in auditor.get("/tasks").text
    assert "Start a case" not in auditor.get("/cases").text
    assert host.desk.view(case_id).messages[0].read_at is None
    assert auditor.post(f"/cases/{case_id}/close").status_code == 403
    assert auditor.get(f"/cases/{case_id}/write/DA02").status_code == 403
    assert f"/cases/{case_id}/write/DA02" in clerk.get(f"/cases/{case_id}").text
    assert host.desk.view(case_id).messages[0].read_at is not None
    looks = host.services.access_log.search(subject=case_id).entries
    assert {(look.role, look.ground) for look in looks} == {
        (Role.AUDITOR, Ground.OVERSIGHT),
        (Role.CLERK, Ground.EXCHANGE),
    }
    assert all(look.at >= NOW for look in looks)
