"""What is collected while there is a network decides without one."""

import json
from dataclasses import replace

import pytest

from esspass.attestations import PDA1_WEBUILD
from esspass.errors import MalformedError, UnavailableError
from esspass.inspection import Situation, SourceCollector, decide, parse_sources
from esspass.inspection.offline import parse_aggregation
from esspass.keys.certificates import create_authority
from esspass.statuslist import MIGRATIONS as STATUS_MIGRATIONS
from esspass.statuslist import StatusListCache
from esspass.storage import migrate
from esspass.trust import MIGRATIONS, ListType, ServiceKind, SnapshotStore, Status, TrustSource
from esspass.trust.model import StatusInterval, create_key_id
from tests.builders.inspections import answer, bind
from tests.builders.lists import DAY, replace_service
from tests.builders.presentations import FUND_LIST, IssuingWorld, create_a1

AGGREGATION = "https://fund.example.lt/status-lists"
WORK = Situation("work", "GR", "2026-09-21")
SHOWN = (("placesOfWork", "GR"), ("statusConfirmation",))


@pytest.fixture
def world():
    made = IssuingWorld()
    made.lists.institutions = [
        replace(i, status_lists=AGGREGATION) for i in made.lists.institutions
    ]
    made.web.answers[AGGREGATION] = json.dumps({"status_lists": [FUND_LIST]})
    serve(made)
    return made


def serve(world):
    world.lists.publish(world.now - DAY if not world.lists.sequence_number else world.now)
    for name, tokens in world.lists.tokens.items():
        world.web.answers[world.lists.anchors.sources[name].url] = tokens[-1]


@pytest.fixture
def collector(world, database):
    migrate(database, MIGRATIONS | STATUS_MIGRATIONS)
    store = SnapshotStore(database)
    source = TrustSource(world.web, store, world.lists.anchors)
    return SourceCollector(source, store, world.lists.anchors, world.web, StatusListCache(database))


def test_collected_sources_decide_alone(world, collector):
    assert collector.refresh_statuses(world.now) == {}
    bundle = json.loads(json.dumps(collector.collect(world.now)))
    assert list(bundle["statuses"]) == [FUND_LIST]
    assert set(bundle["fetched"].values()) == {world.now}
    text = bind(world, world.issue(create_a1(), PDA1_WEBUILD), SHOWN)
    decision = decide(parse_sources(bundle), answer(text), WORK, {}, now=world.now)
    assert decision.ruling.outcome == "COVERED"


def test_an_unchanged_bundle_is_the_same(world, collector):
    first = collector.refresh(world.now)
    assert first["made_at"] == world.now
    asked = len(world.web.asked)
    assert collector.refresh(world.now + 20) == first
    assert len(world.web.asked) == asked
    collector.refresh(world.now + 60)
    assert AGGREGATION in world.web.asked[asked:]


def test_fresh_lists_are_not_asked_again(world, collector):
    for later, asked in ((0, 1), (299, 1), (300, 2)):
        collector.refresh_statuses(world.now + later)
        assert world.web.asked.count(FUND_LIST) == asked


def test_what_goes_wrong_costs_only_that_list(world, collector):
    collector.refresh_statuses(world.now)
    world.web.answers[FUND_LIST] = UnavailableError("nobody answers")
    later = world.now + 400
    assert collector.refresh_statuses(later) == {FUND_LIST: "unavailable"}
    assert list(collector.collect(later)["statuses"]) == [FUND_LIST]
    assert collector.collect(world.now + 8000)["statuses"] == {}  # expired
    world.web.answers[FUND_LIST] = world.web.answers[AGGREGATION]
    assert collector.refresh_statuses(later) == {FUND_LIST: "malformed"}
    del world.web.answers[AGGREGATION]
    assert collector.refresh_statuses(later) == {AGGREGATION: "unavailable"}


def test_older_issues_are_kept_for_their_keys(world, collector):
    text = bind(world, world.issue(create_a1(), PDA1_WEBUILD), SHOWN)
    collector.refresh_statuses(world.now)
    (entity,) = world.lists.entities[ListType.PUB_EAA_PROVIDERS]
    old = world.fund.issuance.certificate
    new = create_authority(entity.name, "LT", "New CA", world.now - 10 * DAY)
    history = (
        StatusInterval(Status.NOTIFIED, world.now - 300 * DAY, frozenset({create_key_id(old)})),
    )
    rolled = replace_service(
        entity,
        ServiceKind.ISSUANCE,
        certificates=(new.certificate,),
        starts=world.now - 60,
        history=history,
    )
    world.lists.entities[ListType.PUB_EAA_PROVIDERS] = [rolled]
    serve(world)
    later = world.now + 60
    bundle = collector.collect(later)
    assert {name: len(found) for name, found in bundle["lists"].items()} == {
        "pid-providers": 1,
        "wallet-providers": 1,
        "wrpac-providers": 1,
        "pub-eaa-providers": 2,
    }
    decision = decide(parse_sources(bundle), answer(text), WORK, {}, now=later)
    assert decision.facts["checks"]["trust"]["outcome"] == "PASSED"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        json.dumps({"status_lists": "x"}),
        json.dumps({"status_lists": [5]}),
        json.dumps({"status_lists": ["ftp://x"]}),
        json.dumps({"status_lists": ["https://x"] * 101}),
    ],
)
def test_aggregations_are_read_strictly(text):
    with pytest.raises(MalformedError):
        parse_aggregation(text)
