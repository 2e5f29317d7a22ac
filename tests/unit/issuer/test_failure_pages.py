"""Messages that failed: ours with a further try, others' with the reason; counted until seen."""

import re

import pytest

from esspass.exchange.envelope import create_digest
from esspass.storage import migrate
from issuer.exchange.outbox import DeliveryStatus
from issuer.exchange.refusals import MIGRATIONS, Refusals
from issuer.staff import Role
from tests.builders.exchange import ALL_COMPETENCES, EL, LT, running_partners
from tests.builders.lists import NOW
from tests.unit.issuer.test_exchange_pages import A009, Clerk
from tests.unit.issuer.test_office import counts


@pytest.fixture
def pair(tmp_path):
    with running_partners(tmp_path, LT, EL) as found:
        yield found


def give_up(pair, **listed):
    """A message to a partner that can take none, until all hope is gone."""
    pair.list(EL, ALL_COMPETENCES, **listed)
    pair.publish()
    case_id = pair[LT].start("LA_BUC_04", "A009", A009, EL)
    for _ in range(3):
        pair[LT].pump()
        pair.clock[0] += 2 * 86400
        pair.publish()
    assert pair[LT].desk.keeper.outbox.of_case(case_id)[0].status is DeliveryStatus.ERROR
    return case_id


def fields(page, action):
    form = page.text.partition(f'action="{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_with_no_failure(pair):
    lt = Clerk(pair[LT])
    assert "No message has failed" in lt.get("/failed-messages").text
    assert counts(lt.get("/office").text).get("Failed messages", 0) == 0


def test_a_dead_letter_is_counted_explained_and_tried_again(pair):
    lt = Clerk(pair[LT])
    case_id = give_up(pair, endpoint="http://localhost:9/exchange/messages")
    assert counts(lt.get("/office").text)["Failed messages"] == 1
    page = lt.get("/failed-messages")
    assert "The other institution does not answer" in page.text
    assert "Look whether the other institution works again" in page.text
    assert "Jonas Kairys" in page.text
    assert f'href="/cases/{case_id}"' in page.text
    pair.list(EL)
    pair.publish()
    given = fields(page, "/failed-messages/again")
    assert lt.post("/failed-messages/again", **given).status_code == 303
    pair.settle()
    assert pair[EL].messages(case_id) == ["A009"]
    assert counts(lt.get("/office").text).get("Failed messages", 0) == 0
    assert lt.post("/failed-messages/again", **given).status_code == 303
    assert "Nothing was sent." in lt.get("/failed-messages").text


def test_what_no_try_can_help_offers_none_and_can_be_left(pair):
    lt, partner = Clerk(pair[LT]), pair[LT]
    case_id = partner.start("LA_BUC_04", "A009", A009, EL)
    outbox = partner.desk.keeper.outbox
    (delivery,) = outbox.of_case(case_id)
    message = partner.desk.keeper.log.get(delivery.message_id).message
    partner.desk.courier._bury(delivery, message, "content_invalid", NOW)
    page = lt.get("/failed-messages")
    assert "Trying again does not help" in page.text
    assert "/failed-messages/again" not in page.text
    given = fields(page, "/failed-messages/settled")
    assert lt.post("/failed-messages/settled", **given).status_code == 303
    assert "No message has failed" in lt.get("/failed-messages").text
    assert lt.post("/failed-messages/settled", **given).status_code == 400
    assert outbox.of_case(case_id)[0].status is DeliveryStatus.ERROR


def test_a_refusal_is_shown_until_seen_and_again_when_it_comes_again(pair):
    el, at = Clerk(pair[EL]), pair.clock[0]
    refusals = pair[EL].desk.refusals
    refusals.add(LT, create_digest(b"one"), "not_allowed_now", at)
    refusals.add("", create_digest(b"two"), "bad_signature", at)
    assert counts(el.get("/office").text)["Failed messages"] == 2
    page = el.get("/failed-messages")
    assert "Fund LT:1000" in page.text
    assert "This message is not possible in the case now" in page.text
    assert "Nobody known signed it" in page.text
    assert "responsible for security" in page.text
    first = fields(page, "/failed-messages/seen")
    assert el.post("/failed-messages/seen", **first).status_code == 303
    assert counts(el.get("/office").text)["Failed messages"] == 1
    assert len(re.findall("New</strong>", el.get("/failed-messages").text)) == 1
    assert "Seen</strong>" in el.get("/failed-messages?all=1").text
    refusals.add(LT, create_digest(b"one"), "not_allowed_now", at + 5)
    refusals.add("", create_digest(b"two"), "bad_signature", at + 5)
    assert counts(el.get("/office").text)["Failed messages"] == 2
    el.post("/failed-messages/seen", **first)
    assert "It came once more meanwhile" in el.get("/failed-messages").text
    assert refusals.count_new() == 2


def test_an_auditor_reads_and_changes_nothing(pair):
    pair[EL].desk.refusals.add(LT, create_digest(b"one"), "replayed", NOW)
    supervisor, auditor = Clerk(pair[EL]), Clerk(pair[EL], "Vida", "dmlk")
    supervisor.get("/cases")
    auditor.get("/cases")
    pair[EL].services.staff.give_role("dmlk", Role.AUDITOR)
    page = auditor.get("/failed-messages")
    assert "The message was already here" in page.text
    assert "/failed-messages/seen" not in page.text
    assert auditor.post("/failed-messages/seen").status_code == 403


def test_refusals_are_counted_on_every_database(database):
    migrate(database, MIGRATIONS)
    refusals = Refusals(database)
    for _ in range(3):
        refusals.add("", "x", "malformed", NOW)
    refusals.add(LT, "y", "replayed", NOW + 1)
    assert [(each.times, each.sender) for each in refusals.latest()] == [(1, LT), (3, "")]
    (_, unknown) = refusals.latest()
    assert not refusals.mark_seen(unknown.reference, 2, NOW)
    assert refusals.mark_seen(unknown.reference, 3, NOW)
    assert not refusals.mark_seen(unknown.reference, 3, NOW)
    assert [each.sender for each in refusals.latest(unseen=True)] == [LT]
    assert refusals.count_new() == 1
