"""Refreshing over HTTP: pinned addresses, pinned signers, and the last good copy."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from esspass.errors import UndecidedError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import create_signer
from esspass.keys.jwk import encode_base64url
from esspass.storage import migrate
from esspass.trust import (
    DIRECTORY,
    MIGRATIONS,
    ListType,
    PinnedSource,
    SnapshotStore,
    TrustAnchors,
    TrustSource,
    create_trust_anchors,
    decide_attestation_issuer,
    sign_list,
)
from tests.builders.lists import DAY, NOW, OPERATOR, PDA1, create_world
from tests.simulators.lists import run_list_server

PUB = ListType.PUB_EAA_PROVIDERS
FETCHER = Fetcher(FetchPolicy(allow_loopback=True, timeout=5))


@pytest.fixture
def server():
    with run_list_server() as running:
        yield running


@pytest.fixture
def served(world, server):
    """The world, its first issue served."""
    world.base_url = server.url
    world.publish()
    serve(world, server)
    return world


def serve(world, server, position=-1):
    for name, tokens in world.tokens.items():
        server.pages[f"/{name}.jwt"] = tokens[position]


@pytest.fixture
def store(database):
    migrate(database, MIGRATIONS)
    return SnapshotStore(database)


@pytest.fixture
def source(served, store):
    return TrustSource(FETCHER, store, served.anchors)


def decide(view, world, now=NOW):
    fund = world.bodies["fund"]
    return decide_attestation_issuer(
        view,
        fund.attestation_signer.certificates,
        vct=PDA1,
        institution_id=fund.institution_id,
        country="LT",
        issued_at=NOW - 100 * DAY,
        now=now,
    )


def test_a_view_of_everything(source, served):
    view = source.view(NOW)
    assert set(view.snapshots) == set(ListType)
    assert view.directory.sequence_number == 1
    assert view.problems == {}
    assert decide(view, served).parameters["fetched"] == "2026-09-21T14:13:20Z"


def test_sources_are_asked_once_per_period(source, server):
    for moment in (NOW, NOW, NOW + 59):
        source.view(moment)
    assert set(server.asked.values()) == {1}
    source.view(NOW + 60)
    assert set(server.asked.values()) == {2}


def test_the_period_is_a_setting(served, store, server):
    source = TrustSource(FETCHER, store, served.anchors, max_age=5)
    source.view(NOW)
    source.view(NOW + 5)
    assert set(server.asked.values()) == {2}


def test_a_new_issue_comes_on_top_and_the_old_one_stays(source, served, server):
    source.view(NOW)
    served.publish(NOW)
    serve(served, server)
    view = source.view(NOW + 60)
    assert [s.sequence_number for s in view.snapshots[PUB]] == [2, 1]
    assert view.directory.sequence_number == 2


def test_offline_the_last_good_lists_serve(source, served, server):
    source.view(NOW)
    server.pages.clear()
    view = source.view(NOW + 3600)
    assert set(view.problems.values()) == {"unavailable"}
    parameters = decide(view, served, NOW + 3600).parameters
    assert parameters["problem"] == "unavailable"
    assert parameters["problem_since"] == "2026-09-21T15:13:20Z"
    assert parameters["fetched"] == "2026-09-21T14:13:20Z"


def test_a_restart_without_a_network_loses_nothing(source, served, store):
    source.view(NOW)
    nowhere = {n: replace(s, url="http://127.0.0.1:9/x") for n, s in served.anchors.sources.items()}
    again = TrustSource(FETCHER, store, TrustAnchors(nowhere))
    assert decide(again.view(NOW + 3600), served, NOW + 3600)


def test_never_reached_is_no_verdict(served, store, server):
    server.pages.clear()
    source = TrustSource(FETCHER, store, served.anchors)
    view = source.view(NOW)
    assert view.snapshots == {}
    with pytest.raises(UndecidedError) as raised:
        decide(view, served)
    assert raised.value.code == "list_unavailable"
    source.view(NOW + 1)
    assert set(server.asked.values()) == {1}, (
        "a source known to fail is not asked for every visitor"
    )


def test_one_broken_source_does_not_stop_the_others(source, server):
    server.pages[f"/{PUB}.jwt"] = 500
    view = source.view(NOW)
    assert view.problems == {PUB: "unavailable"}
    assert PUB not in view.snapshots
    assert ListType.PID_PROVIDERS in view.snapshots


def km_05_unsigned(world):
    payload = world.create_token(PUB, sequence_number=2).split(".")[1]
    header = encode_base64url(b'{"alg":"none"}')
    return f"{header}.{payload}.", "malformed"


def km_05_other_key(world):
    other = create_signer(world.authority, OPERATOR, "EU", "other", NOW - 10 * DAY)
    body = world.create_body(PUB, sequence_number=2)
    return sign_list(body, other, NOW - DAY), "list_signer_not_pinned"


def km_05_changed(world):
    token = world.create_token(PUB, sequence_number=2)
    jws = parse_jws(token)
    changed = jws.payload.replace(b"LT", b"EE")
    header, _, signature = token.split(".")
    return f"{header}.{encode_base64url(changed)}.{signature}", "bad_signature"


def km_05_expired(world):
    dates = {"issued_at": NOW - 60 * DAY, "next_update": NOW - 30 * DAY}
    return world.create_token(PUB, sequence_number=2, **dates), "list_expired"


def km_05_rolled_back(world):
    world.publish(NOW)
    return world.tokens[PUB][0], "list_rollback"


def km_05_equivocation(world):
    world.entities[PUB] = []
    return world.create_token(PUB, sequence_number=1), "list_equivocation"


def km_05_other_territory(world):
    world.scheme = replace(world.scheme, territory="LT")
    return world.create_token(PUB, sequence_number=2), "list_signer_mismatch"


def km_05_two_keys_in_one_identity(world):
    fund = world.bodies["fund"]
    body = world.create_body(PUB, sequence_number=2)
    services = body["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"]
    identities = [s["ServiceInformation"]["ServiceDigitalIdentity"] for s in services]
    identities[0]["X509Certificates"] += identities[1]["X509Certificates"]
    assert fund
    return sign_list(body, world.signers[PUB], NOW - DAY), "malformed"


def km_05_same_key_under_two_bodies(world):
    entity = world.entities[PUB][0]
    world.entities[PUB].append(replace(entity, names=("Somebody else",)))
    return world.create_token(PUB, sequence_number=2), "malformed"


def km_05_another_list(world):
    body = world.create_body(ListType.WALLET_PROVIDERS, sequence_number=2)
    return sign_list(body, world.signers[PUB], NOW - DAY), "list_wrong_type"


def km_05_directory_as_list(world):
    return world.create_directory_token(sequence_number=2), "list_signer_not_pinned"


def km_05_future(world):
    body = world.create_body(PUB, sequence_number=2, issued_at=NOW + 10 * DAY)
    return sign_list(body, world.signers[PUB], NOW - DAY), "list_from_future"


KM_05 = [value for name, value in sorted(globals().items()) if name.startswith("km_05_")]


@pytest.mark.parametrize("spoil", [pytest.param(f, id=f"KM-05 {f.__name__[6:]}") for f in KM_05])
def test_a_bad_list_is_refused_and_the_last_good_one_kept(served, store, server, spoil):
    token, code = spoil(served)
    before = TrustSource(FETCHER, store, served.anchors)
    serve(served, server)
    good = before.view(NOW).snapshots[PUB][0]
    server.pages[f"/{PUB}.jwt"] = token
    view = TrustSource(FETCHER, store, served.anchors).view(NOW + 120)
    assert view.problems == {PUB: code}
    assert view.snapshots[PUB][0] == good
    assert decide(view, served, NOW + 120).parameters["problem"] == code


def test_a_rolled_back_directory_is_refused(source, served, server):
    served.publish(NOW)
    serve(served, server)
    source.view(NOW)
    serve(served, server, 0)
    view = source.view(NOW + 60)
    assert view.problems[DIRECTORY] == "list_rollback"
    assert view.directory.sequence_number == 2


def test_a_list_in_the_directorys_place(source, served, server):
    server.pages[f"/{DIRECTORY}.jwt"] = served.tokens[PUB][0]
    assert source.view(NOW).problems[DIRECTORY] == "malformed"


def test_an_unsigned_directory(source, served, server):
    jws = parse_jws(served.tokens[DIRECTORY][0])
    other = create_signer(served.authority, OPERATOR, "EU", "other", NOW - 10 * DAY)
    server.pages[f"/{DIRECTORY}.jwt"] = create_jws(
        {k: v for k, v in jws.header.items() if k != "alg"}, jws.payload, other
    )
    assert source.view(NOW).problems[DIRECTORY] == "bad_signature"


def test_a_dropped_signer_takes_its_lists_with_it(served, store, server):
    TrustSource(FETCHER, store, served.anchors).view(NOW)
    fresh = create_signer(served.authority, OPERATOR, "EU", "fresh", NOW - 10 * DAY)
    sources = dict(served.anchors.sources)
    sources[PUB] = PinnedSource(sources[PUB].url, fresh.certificates)
    view = TrustSource(FETCHER, store, TrustAnchors(sources)).view(NOW + 60)
    assert view.problems[PUB] == "list_signer_not_pinned"
    assert PUB not in view.snapshots


def test_a_rolled_list_key_reaches_only_those_who_pin_it(served, store, server):
    old = served.anchors
    TrustSource(FETCHER, store, old).view(NOW)
    fresh = create_signer(served.authority, OPERATOR, "EU", "fresh", NOW - 10 * DAY)
    body = served.create_body(PUB, sequence_number=2, signers=fresh.certificates)
    server.pages[f"/{PUB}.jwt"] = sign_list(body, fresh, NOW - DAY)
    behind = TrustSource(FETCHER, store, old).view(NOW + 60)
    assert behind.problems[PUB] == "list_signer_not_pinned"
    assert behind.snapshots[PUB][0].sequence_number == 1
    both = (*old.sources[PUB].certificates, *fresh.certificates)
    pinned = TrustAnchors({**old.sources, PUB: PinnedSource(old.sources[PUB].url, both)})
    ahead = TrustSource(FETCHER, store, pinned).view(NOW + 120)
    assert ahead.problems == {}
    assert [s.sequence_number for s in ahead.snapshots[PUB]] == [2, 1]


def test_threads_share_one_source(source, served, server):
    views = []
    threads = [threading.Thread(target=lambda: views.append(source.view(NOW))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(views) == 6
    assert all(decide(view, served) for view in views)


PROCESS = """
import sys
from pathlib import Path
from esspass.fetch import Fetcher, FetchPolicy
from esspass.storage import connect
from esspass.trust import ListType, SnapshotStore, TrustSource, parse_trust_anchors
database, anchors, now = connect(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
fetcher = Fetcher(FetchPolicy(allow_loopback=True))
source = TrustSource(fetcher, SnapshotStore(database), parse_trust_anchors(anchors.read_text()))
for _ in range(40):
    view = source.view(now)
    assert not view.problems, view.problems
    assert len(view.snapshots) == 4
print(view.snapshots[ListType.PUB_EAA_PROVIDERS][0].digest)
database.close()
"""


def run_two(command):
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    return {out.strip() for out, _ in answers}


def database_url(database):
    return database._path if hasattr(database, "_path") else database._pool.conninfo


def test_two_processes_share_one_database(served, store, database, server, tmp_path):
    """With nothing stored both may ask; from then on one of them does, once a period."""
    anchors = tmp_path / "anchors.json"
    anchors.write_text(create_trust_anchors(served.anchors))
    command = [sys.executable, "-c", PROCESS, database_url(database), str(anchors)]
    first = run_two([*command, str(NOW)])
    assert len(first) == 1
    cold = dict(server.asked)
    assert set(cold.values()) <= {1, 2}
    served.publish(NOW)
    serve(served, server)
    second = run_two([*command, str(NOW + 60)])
    assert {name: asked - cold[name] for name, asked in server.asked.items()} == dict.fromkeys(
        cold, 1
    )
    newest, oldest = (s for s in store.issues() if s.list == PUB)
    assert {oldest.digest} == first
    assert newest.digest in second, "whoever asked has it; the other may still go on with the old"
    assert second <= {newest.digest, oldest.digest}


def test_worlds_of_other_operators_do_not_mix(served, store, server):
    TrustSource(FETCHER, store, served.anchors).view(NOW)
    other = create_world()
    other.base_url = server.url
    other.publish()
    serve(other, server)
    view = TrustSource(FETCHER, store, other.anchors).view(NOW + 60)
    assert view.problems == {}
    assert decide(view, other, NOW + 60)
