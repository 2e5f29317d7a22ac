"""The bundle that browsers decide with: complete, unchanged while nothing changes, never emptied."""

import json
from dataclasses import replace

import pytest

from esspass.errors import UnavailableError
from esspass.inspection import parse_sources
from esspass.statuslist import StatusList, create_status_list_token
from esspass.storage import migrate
from esspass.trust import SnapshotStore, TrustSource
from tests.builders.presentations import FUND_LIST, IDENTITY_LIST, IssuingWorld
from verifier import MIGRATIONS
from verifier.scan_sources import KeptStatuses, ScanSources

AGGREGATION = "https://fund.example.lt/status-lists"


@pytest.fixture
def world():
    made = IssuingWorld()
    made.lists.institutions = [
        replace(each, status_lists=AGGREGATION) for each in made.lists.institutions
    ]
    made.view()
    for name, tokens in made.lists.tokens.items():
        made.web.answers[made.lists.anchors.sources[name].url] = tokens[-1]
    made.web.answers[AGGREGATION] = json.dumps({"status_lists": [FUND_LIST, IDENTITY_LIST]})
    return made


@pytest.fixture
def sources(world, database):
    migrate(database, MIGRATIONS)
    store, anchors = SnapshotStore(database), world.lists.anchors
    trust = TrustSource(world.web, store, anchors)
    return ScanSources(trust, store, anchors, world.web, KeptStatuses(database))


def test_a_bundle_holds_all_that_a_decision_needs(world, sources):
    bundle = sources.create(world.now)
    read = parse_sources(bundle)
    assert read.view.problems == {}
    assert read.view.directory is not None
    assert read.rules is not None
    assert bundle["statuses"].keys() == {FUND_LIST, IDENTITY_LIST}
    assert bundle["made_at"] == world.now


def test_nothing_is_asked_again_within_minutes_and_the_bundle_is_the_same(world, sources):
    first = sources.create(world.now)
    asked = len(world.web.asked)
    assert sources.create(world.now + 20) == first
    assert [url for url in world.web.asked[asked:] if url != AGGREGATION] == []


@pytest.mark.parametrize("silent", [AGGREGATION, FUND_LIST])
def test_a_source_that_is_silent_leaves_what_was_known(world, sources, silent):
    known = sources.create(world.now)["statuses"][FUND_LIST]
    world.web.answers[silent] = UnavailableError("nobody answers")
    later = sources.create(world.now + 600)["statuses"]
    assert later[FUND_LIST] == known


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", '{"status_lists": "x"}', '{"status_lists": [1]}', '{"status_lists": []}'],
)
def test_an_aggregation_that_makes_no_sense_names_no_list(world, sources, answer):
    world.web.answers[AGGREGATION] = answer
    assert sources.create(world.now)["statuses"] == {}


def test_an_older_status_list_does_not_replace_a_newer_one(world, sources):
    newer = sources.create(world.now)["statuses"][FUND_LIST]["token"]
    world.web.answers[FUND_LIST] = create_status_list_token(
        StatusList.empty(4096, 2), FUND_LIST, world.fund.status_signer,
        now=world.now - 100, lifetime=7200, ttl=300,
    )  # fmt: skip
    assert sources.create(world.now + 600)["statuses"][FUND_LIST]["token"] == newer


def test_what_is_no_status_list_is_not_kept(world, sources):
    world.web.answers[FUND_LIST] = world.web.answers[IDENTITY_LIST]
    assert sources.create(world.now)["statuses"].keys() == {IDENTITY_LIST}


def test_a_list_that_nobody_names_any_more_is_forgotten(world, sources):
    sources.create(world.now)
    world.web.answers[AGGREGATION] = json.dumps({"status_lists": []})
    assert sources.create(world.now + 31 * 86400)["statuses"] == {}
