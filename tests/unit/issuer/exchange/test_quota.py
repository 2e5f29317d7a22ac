"""Requests for certificates: so many a day from one partner and about one person, no more."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from esspass.storage import migrate
from issuer.bearer import KeyedHash
from issuer.exchange.outbox import DeliveryStatus
from issuer.exchange.quota import MIGRATIONS, Quota, TooManyRequestsError
from tests.builders.exchange import EL, LT, RO, running_partners
from tests.builders.lists import DAY, NOW
from tests.builders.messages import create_content


def about(name, born="1990-04-17", sender=EL):
    identity = {"familyName": name, "forename": "Jonas", "dateBirth": born}
    content = {"Person": {"PersonIdentification": identity}}
    return SimpleNamespace(sed="S044", sender=sender, content=content)


@pytest.fixture
def quota(database):
    migrate(database, MIGRATIONS)
    return Quota(database, KeyedHash("a secret key of more than thirty-two characters"), 3, 2)


def test_so_many_about_one_person_however_the_name_is_written(quota):
    quota.take(about("Kairys"), NOW)
    quota.take(about(" KAIRYS ", sender=RO), NOW)
    with pytest.raises(TooManyRequestsError):
        quota.take(about("kairys"), NOW)
    quota.take(about("Kairys", born="1991-04-17"), NOW)


def test_so_many_from_one_partner_and_a_refused_one_is_not_counted(quota):
    for name in ("A", "B"):
        quota.take(about(name), NOW)
    quota.take(about("A", sender=RO), NOW)
    with pytest.raises(TooManyRequestsError):
        quota.take(about("A"), NOW)
    quota.take(about("C"), NOW)
    with pytest.raises(TooManyRequestsError):
        quota.take(about("D"), NOW)
    quota.take(about("D", sender=RO), NOW)


def test_the_next_day_begins_anew_and_the_old_one_is_forgotten(quota):
    for _ in range(2):
        quota.take(about("A"), NOW)
    quota.take(about("A"), NOW + DAY)
    assert quota.purge(NOW + DAY) == 2
    assert "Jonas" not in str(quota.database.query("SELECT * FROM exchange_quota"))


def test_zero_is_no_limit_and_other_messages_are_not_counted(quota):
    free = Quota(quota.database, quota.keyed, 0, 0)
    for _ in range(10):
        free.take(about("A"), NOW)
    assert quota.database.query("SELECT * FROM exchange_quota") == []
    quota.take(SimpleNamespace(sed="A009", sender=EL, content={}), NOW)
    assert quota.database.query("SELECT * FROM exchange_quota") == []


def test_at_the_same_moment_no_more_are_taken(quota):
    def take(number):
        try:
            quota.take(about(f"N{number}"), NOW)
        except TooManyRequestsError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(24))) == 3


def test_too_many_are_refused_with_x050_and_counted(tmp_path):
    settings = {LT: {"entitlement_requests_per_person": 2}}
    with running_partners(tmp_path, LT, EL, settings=settings) as pair:
        cases = [pair[EL].start("S_BUC_05", "S044", create_content("S044"), LT) for _ in range(3)]
        pair.settle()
        assert pair[LT].desk.search().total == 2
        (refusal,) = pair[LT].desk.refusals.latest()
        assert (refusal.sender, refusal.code) == (EL, "too_many_requests")
        refused = [case for case in cases if pair[EL].messages(case)[-1] == "X050"]
        assert len(refused) == 1
        said = pair[EL].desk.view(refused[0]).messages[-1].message
        assert said.content["Exception"]["cause"] == "too_many_requests"
        (delivery,) = pair[EL].desk.keeper.outbox.of_case(refused[0])
        assert delivery.status is DeliveryStatus.ERROR
        pair.clock[0] += DAY
        pair.publish()
        pair[EL].desk.try_again(refused[0], delivery.message_id, LT, pair.clock[0])
        pair.settle()
        assert pair[LT].desk.search().total == 3
