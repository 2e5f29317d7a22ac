"""The rules of inspection are published like a list: signed, numbered, pinned, never taken back."""

import json

import pytest

from esspass.errors import MalformedError, UntrustedIssuerError, VerificationError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.inspection import parse_rule_set
from esspass.jose.jws import create_json
from esspass.keys.certificates import create_x5t_s256
from esspass.storage import migrate
from esspass.trust import (
    DIRECTORY,
    MIGRATIONS,
    RULES,
    Freshness,
    SnapshotStore,
    TrustSource,
    create_trust_anchors,
    freshness,
    parse_trust_anchors,
    read_rules,
    sign_directory,
    verify_directory,
    verify_rules,
)
from esspass.trust.directory import parse_institution, write_institution
from esspass.trust.folder import OperatorFolder
from esspass.trust.jades import sign_jades
from esspass.trust.operator import create_operator, describe_institution, publish, roll_list_key
from esspass.trust.review import read_view
from tests.builders.lists import DAY, NOW, authorize, create_body
from tests.simulators.lists import run_list_server
from tests.unit.trust.test_operator import admit


def verify(world, token):
    return verify_rules(token, world.certificates(RULES), NOW)


def test_the_rules_are_read_back(world):
    rules = verify(world, world.create_rules_token(sequence_number=3))
    assert (rules.sequence_number, rules.next_update) == (3, NOW + 30 * DAY)
    assert rules.rules == world.rules["rules"]
    assert rules.texts == world.rules["texts"]
    assert freshness(rules.next_update, NOW + 31 * DAY) is Freshness.GRACE


def test_rules_of_anybody_else_are_refused(world):
    token = world.create_rules_token()
    with pytest.raises(UntrustedIssuerError):
        verify_rules(token, world.certificates(DIRECTORY), NOW)
    spoiled = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    with pytest.raises(VerificationError):
        verify(world, spoiled)
    with pytest.raises(VerificationError):
        verify(world, world.create_rules_token(issued_at=NOW + DAY))


def test_a_directory_is_no_rules_and_the_other_way_round(world):
    signer = world.signers[RULES]
    directory = verify_directory(world.create_directory_token(), world.certificates(DIRECTORY), NOW)
    with pytest.raises(MalformedError):
        verify(world, sign_directory(directory, signer, NOW - DAY))
    with pytest.raises(MalformedError):
        verify_directory(world.create_rules_token(), signer.certificates, NOW)


@pytest.mark.parametrize(
    "change",
    [{"rules": []}, {"texts": None}, {"extra": 1}, {"sequence_number": 0}, {"issued": 5}],
    ids=str,
)
def test_spoiled_rules(world, change):
    body = {
        "sequence_number": 1,
        "operator": world.scheme.operator,
        "territory": "EU",
        "issued": "2026-09-01T00:00:00Z",
        "next_update": None,
        "rules": {},
        "texts": {},
    }
    good = sign_jades(create_json(body), world.signers[RULES], NOW, "inspection-rules+jwt")
    assert verify(world, good).rules == {}
    spoiled = create_json({**body, **change})
    with pytest.raises(MalformedError):
        verify(world, sign_jades(spoiled, world.signers[RULES], NOW, "inspection-rules+jwt"))


@pytest.fixture
def server():
    with run_list_server() as running:
        yield running


@pytest.fixture
def source(world, server, database):
    """A source of everything, over real HTTP; the first issue is there."""
    migrate(database, MIGRATIONS)
    world.base_url = server.url
    world.publish()
    serve(world, server)
    fetcher = Fetcher(FetchPolicy(allow_loopback=True, timeout=5))
    return TrustSource(fetcher, SnapshotStore(database), world.anchors)


def serve(world, server, position=-1):
    for name, tokens in world.tokens.items():
        server.pages[f"/{name}.jwt"] = tokens[position]


def test_the_newest_rules_are_in_the_view(source, world, server):
    assert source.view(NOW).rules.sequence_number == 1
    world.publish(NOW)
    serve(world, server)
    view = source.view(NOW + 60)
    assert (view.rules.sequence_number, view.problems) == (2, {})
    server.pages.clear()
    later = source.view(NOW + 120)
    assert later.rules.sequence_number == 2
    assert later.problems[RULES] == "unavailable"


def test_older_rules_are_refused(source, world, server):
    world.publish(NOW)
    serve(world, server)
    source.view(NOW)
    serve(world, server, 0)
    view = source.view(NOW + 60)
    assert (view.rules.sequence_number, view.problems[RULES]) == (2, "list_rollback")


def test_two_rules_of_one_number_are_refused(source, world, server):
    source.view(NOW)
    world.rules = {**world.rules, "texts": {"en": {}}}
    server.pages[f"/{RULES}.jwt"] = world.create_rules_token(sequence_number=1)
    view = source.view(NOW + 60)
    assert view.problems[RULES] == "list_equivocation"
    assert view.rules.texts != {"en": {}}


def test_a_list_in_the_place_of_the_rules(source, world, server):
    server.pages[f"/{RULES}.jwt"] = world.tokens[DIRECTORY][0]
    view = source.view(NOW)
    assert (view.rules, view.problems[RULES]) == (None, "malformed")


def test_anchors_pin_the_rules(world):
    written = json.loads(create_trust_anchors(world.anchors))
    assert written["rules"]["url"].endswith("/inspection-rules.jwt")
    del written["rules"]
    older = parse_trust_anchors(json.dumps(written))
    assert RULES not in older.sources
    assert parse_trust_anchors(create_trust_anchors(older)) == older


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "trust"
    create_operator(path, name="Example Operator", territory="EU", base_url="https://x/", now=NOW)
    return path


def test_an_operator_publishes_the_installed_rules(folder):
    publish(folder, NOW)
    view = read_view(folder, NOW)
    assert {"rules": view.rules.rules, "texts": view.rules.texts} == read_rules()
    assert len(parse_rule_set(view.rules.rules, view.rules.texts).rules) == 50


def test_a_folder_from_before_there_were_rules(folder):
    """It goes on without, until its operator makes a key for them."""
    state = json.loads((folder / "state.json").read_text())
    del state["sources"][RULES]
    (folder / "state.json").write_text(json.dumps(state))
    names = {each.name for each in publish(folder, NOW)}
    assert RULES not in names
    assert len(names) == 5
    assert "rules" not in json.loads((folder / "anchors.json").read_text())
    assert read_view(folder, NOW).rules is None
    with pytest.raises(MalformedError):
        roll_list_key(folder, RULES, NOW, activate=True)
    roll_list_key(folder, RULES, NOW)
    assert RULES in {each.name for each in publish(folder, NOW + 10)}
    assert read_view(folder, NOW + 10).rules.sequence_number == 1
    assert "rules" in json.loads((folder / "anchors.json").read_text())


def test_paper_seals_and_status_lists_of_an_institution(folder):
    seal = create_body("Example Fund", "LT", "LT:1000").attestation_signer.certificates[0]
    admit(folder)
    listed = "https://fund.example/status-lists"
    describe_institution(folder, "LT:1000", seals=[seal], status_lists=listed)
    describe_institution(folder, "LT:1000", seals=[seal])
    publish(folder, NOW)
    directory = read_view(folder, NOW).directory
    institution, certificate = directory.find_seal(create_x5t_s256(seal))
    assert (institution.institution_id, certificate) == ("LT:1000", seal)
    assert institution.certificates == (seal,)
    assert institution.status_lists == listed
    assert directory.find_seal("x") is None
    describe_institution(folder, "LT:1000", forget_seals=True)
    publish(folder, NOW + 10)
    assert read_view(folder, NOW + 10).directory.find_seal(create_x5t_s256(seal)) is None
    for wrong in (("LT:1", {}), ("LT:1000", {"status_lists": "ftp://x"})):
        with pytest.raises(MalformedError):
            describe_institution(folder, wrong[0], **wrong[1])


def test_a_directory_with_a_broken_seal_is_refused(world):
    good = authorize(world.bodies["fund"], "urn:x")
    for change in ({"certificates": ["x"]}, {"certificates": []}, {"status_lists": "x"}):
        written = {**write_institution(good), **change}
        with pytest.raises(MalformedError):
            parse_institution(written)


def test_state_keeps_what_an_institution_says(folder):
    admit(folder)
    describe_institution(folder, "LT:1000", status_lists="https://fund.example/lists")
    (institution,) = OperatorFolder(folder).read().institutions
    assert institution.status_lists == "https://fund.example/lists"
