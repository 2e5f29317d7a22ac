"""One decision for every medium: pure, complete, and never an exception for what is shown."""

import json
from dataclasses import replace

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.cwt import create_document_cwt
from esspass.errors import MalformedError
from esspass.inspection import (
    Situation,
    Submission,
    create_shown_digest,
    decide,
    parse_sources,
    parse_submission,
    rule,
)
from esspass.inspection.rules import Ending
from esspass.jose.claims import StatusReference
from esspass.qr import create_frames, create_paper_text, create_qr_text
from esspass.sdjwt import parse_sd_jwt
from tests.builders.inspections import (
    answer,
    bind,
    bind_shown,
    create_bundle,
    create_world_sources,
    show,
)
from tests.builders.lists import DAY
from tests.builders.presentations import (
    FUND_LIST,
    PERSON,
    IssuingWorld,
    create_a1,
    create_ehic,
    create_pid,
)

WORK = Situation("work", "GR", "2026-09-21")
CARE = Situation("care", "GR", "2026-09-21")
SHOWN = (
    ("subject", "names"), ("subject", "dateOfBirth"), ("placesOfWork", "GR"),
    ("employmentSituations", None), ("statusConfirmation",), ("documentID",),
    ("competentInstitution",),
)  # fmt: skip
NAMED = (("family_name",), ("given_name",), ("birthdate",))


@pytest.fixture(scope="module")
def world():
    made = IssuingWorld()
    made.seal = made.fund.attestation_signer
    made.lists.institutions = [
        replace(i, certificates=made.seal.certificates) for i in made.lists.institutions
    ]
    return made


@pytest.fixture(scope="module")
def sources(world):
    return create_world_sources(world)


@pytest.fixture(scope="module")
def a1(world):
    return world.issue(create_a1(), PDA1_WEBUILD)


def ended(decision):
    ruling = decision.ruling
    return (ruling.outcome, ruling.rule, ruling.reason)


def checks(decision):
    return {
        name: (each["outcome"], each["reason"]) for name, each in decision.facts["checks"].items()
    }


def test_an_answer_to_a_request(world, sources, a1):
    pid = bind(world, world.issue(create_pid(), PID, index=8), NAMED)
    decision = decide(sources, answer(bind(world, a1, SHOWN), pid), WORK, {}, now=world.now)
    assert ended(decision) == (Ending.COVERED, None, "")
    assert set(checks(decision).values()) == {("PASSED", "")}
    assert decision.facts["document"]["states"] == ["GR"]
    assert decision.facts["document"]["medium"] == "online"
    assert decision.facts["answers"] == {"replaces_colleague": None}
    names = [note.name for note in decision.sources]
    assert names == [
        "pub-eaa-providers", "pid-providers", "directory", "inspection-rules", FUND_LIST,
    ]  # fmt: skip
    assert {note.freshness for note in decision.sources} == {"FRESH"}
    assert json.loads(json.dumps(decision.as_json())) == decision.as_json()


def test_a_shown_code_and_the_same_again(world, sources, a1):
    presentation = bind_shown(world, a1, SHOWN)
    decision = decide(sources, show(presentation), WORK, {}, now=world.now)
    assert ended(decision) == (Ending.COVERED, None, "")
    assert checks(decision)["person"] == ("INDETERMINATE", "person_missing")
    seen = {create_shown_digest(parse_sd_jwt(presentation).key_binding_jwt)}
    again = decide(sources, show(presentation), WORK, {}, now=world.now, seen=seen)
    assert checks(again)["holder_binding"] == ("FAILED", "replayed")


@pytest.mark.parametrize(
    ("later", "ending"),
    [
        (-61, ("FAILED", "shown_in_future")),
        (-60, ("PASSED", "")),
        (90, ("PASSED", "")),
        (91, ("FAILED", "shown_too_old")),
    ],
)
def test_a_shown_code_lives_a_minute(world, sources, a1, later, ending):
    presentation = bind_shown(world, a1, SHOWN)
    decision = decide(sources, show(presentation), WORK, {}, now=world.now + later)
    assert checks(decision)["holder_binding"] == ending


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "research"}, "kb_audience"),
        ({"nonce": "short"}, "kb_nonce"),
        ({"claims": {}}, "kb_iat"),
        ({"claims": {"exp": 1_790_000_061}}, "kb_iat"),
        ({"claims": {"exp": 1_790_000_000}}, "kb_iat"),
    ],
)
def test_a_shown_code_bound_otherwise(world, sources, a1, changes, reason):
    presentation = bind_shown(world, a1, SHOWN, **changes)
    decision = decide(sources, show(presentation), WORK, {}, now=world.now)
    assert checks(decision)["holder_binding"] == ("FAILED", reason)


def test_frames_in_any_order(world, sources, a1):
    text = create_qr_text(bind_shown(world, a1, SHOWN))
    frames = create_frames(text, 400)
    joined = "\n".join([*reversed(frames), frames[0]])
    submission = Submission("qr", joined, None, None, "labour-inspection")
    assert ended(decide(sources, submission, WORK, {}, now=world.now))[0] is Ending.COVERED
    torn = Submission("qr", "\n".join(frames[1:]), None, None, "labour-inspection")
    assert ended(decide(sources, torn, WORK, {}, now=world.now)) == (
        Ending.NOT_A_CREDENTIAL, None, "torn",
    )  # fmt: skip


def paper(world, document, **changes):
    made = {
        "issued_at": world.now - DAY,
        "expires_at": world.now + 90 * DAY,
        "status": StatusReference(FUND_LIST, 7),
        "signer": world.seal,
        **changes,
    }
    return Submission("paper", create_paper_text(create_document_cwt(document, **made)))


def test_sealed_paper(world, sources):
    decision = decide(sources, paper(world, create_a1()), WORK, {}, now=world.now)
    assert ended(decision) == (Ending.COVERED, None, "")
    assert checks(decision)["holder_binding"] == ("NOT_RUN", "")
    assert {checks(decision)[name] for name in ("signature", "trust", "status", "type")} == {
        ("PASSED", "")
    }
    assert decision.facts["document"]["medium"] == "paper"
    assert decision.facts["document"]["number"] == "LT-A1-2026-000017"
    card = decide(sources, paper(world, create_ehic(), person=PERSON), CARE, {}, now=world.now)
    assert ended(card) == (Ending.COVERED, None, "")
    assert card.facts["document"]["person"]["surnames"] == PERSON.surnames


def test_paper_of_an_unknown_seal(world, sources):
    signer = world.identity.attestation_signer
    decision = decide(sources, paper(world, create_a1(), signer=signer), WORK, {}, now=world.now)
    assert checks(decision)["signature"] == ("FAILED", "seal_unknown")
    without = create_world_sources(world, directory=None)
    undecided = decide(without, paper(world, create_a1()), WORK, {}, now=world.now)
    assert checks(undecided)["signature"] == ("INDETERMINATE", "directory_unavailable")


@pytest.mark.parametrize(
    ("text", "medium", "reason"),
    [
        ("HC1:NCFOXN", "qr", "eu_covid_certificate"),
        ("https://example.eu", "qr", "a_url"),
        ("ESP1:", "qr", "torn"),
        ("ESP1:!!", "qr", "torn"),
        ("ESD1:ABC", "paper", "torn"),
        ("openid4vp://x", "qr", "not_ours"),
        ("hello", "qr", "not_ours"),
        ("", "qr", "not_ours"),
        ("A" * 200_000, "qr", "too_large"),
        ("a.b.c~", "online", "not_ours"),
        ("", "online", "not_ours"),
    ],
    ids=str,
)
def test_what_is_no_credential(world, sources, text, medium, reason):
    submission = answer(text) if medium == "online" else Submission(medium, text)
    decision = decide(sources, submission, WORK, {}, now=world.now)
    assert ended(decision) == (Ending.NOT_A_CREDENTIAL, None, reason)
    assert decision.findings == ()
    assert {each[0] for each in checks(decision).values()} == {"NOT_RUN"}


def test_another_document_than_the_one_asked_for(world, sources, a1):
    for text, situation in (
        (a1, CARE),
        (world.issue(create_ehic(), EHIC), WORK),
        (world.issue(create_pid(), PID), WORK),
    ):
        decision = decide(sources, answer(bind(world, text, ())), situation, {}, now=world.now)
        assert ended(decision) == (Ending.NOT_A_CREDENTIAL, None, "other_document")


def test_nothing_presented(world, sources):
    decision = decide(sources, None, WORK, {}, now=world.now)
    assert decision.facts["document"]["kind"] is None
    assert {each[0] for each in checks(decision).values()} == {"NOT_RUN"}


def test_offline_a_status_serves_until_it_expires(world, sources, a1):
    for later, ending in (
        (7200, ("PASSED", "")),  # its ttl is 300
        (7261, ("INDETERMINATE", "status_expired")),
    ):
        now = world.now + later
        text = bind(world, a1, SHOWN, now=now)
        decision = decide(sources, answer(text), WORK, {}, now=now)
        assert checks(decision)["status"] == ending
    assert decision.sources[-1].freshness == "EXPIRED"
    without = create_world_sources(world, statuses={})
    decision = decide(without, answer(bind(world, a1, SHOWN)), WORK, {}, now=world.now)
    assert checks(decision)["status"] == ("INDETERMINATE", "status_unreachable")


def test_a_clock_behind_signed_times_is_named(world, sources, a1):
    now = world.now - 2 * 3600
    presentation = bind_shown(world, a1, SHOWN)
    decision = decide(sources, show(presentation), WORK, {}, now=now)
    assert checks(decision)["holder_binding"] == ("INDETERMINATE", "clock_wrong")
    assert checks(decision)["validity"] == ("INDETERMINATE", "clock_wrong")
    assert checks(decision)["trust"] == ("PASSED", "")
    other = bind_shown(world, a1, SHOWN, purpose="research")
    decision = decide(sources, show(other), WORK, {}, now=now)
    assert checks(decision)["holder_binding"] == ("FAILED", "kb_audience")


def test_an_identity_that_is_not_believed_is_compared_with_nobody(world, sources, a1):
    other = replace(PERSON, surnames="Kitokia")
    text = bind(world, a1, SHOWN)
    for person, index, ending in (
        (PERSON, 8, ("PASSED", "")),
        (other, 9, ("FAILED", "person_mismatch")),
    ):
        pid = bind(world, world.issue(create_pid(person), PID, index=index), NAMED)
        decision = decide(sources, answer(text, pid), WORK, {}, now=world.now)
        assert checks(decision)["person"] == ending
    unbound = bind(world, world.issue(create_pid(), PID), NAMED, nonce="x" * 32)
    for pid, reason in ((unbound, "kb_nonce"), ("x", "malformed"), (text, "other_document")):
        decision = decide(sources, answer(text, pid), WORK, {}, now=world.now)
        assert checks(decision)["person"] == ("INDETERMINATE", "pid_not_believed")
        assert decision.findings[-1].parameters == {"reason": reason}


def test_without_rules(world, a1):
    sources = create_world_sources(world, rules=None)
    decision = decide(sources, answer(bind(world, a1, SHOWN)), WORK, {}, now=world.now)
    assert ended(decision) == (Ending.CANNOT_DECIDE, None, "rules_missing")
    assert decision.facts["checks"]["signature"]["outcome"] == "PASSED"
    foreign = decide(sources, Submission("qr", "https://x"), WORK, {}, now=world.now)
    assert ended(foreign)[0] is Ending.NOT_A_CREDENTIAL


def test_the_flat_shape_is_joined_by_number(world, sources):
    text = world.issue(create_a1(person=None), PDA1_EUDI)
    flat = bind(world, text, (("personal_administrative_number",),))
    number = (("personal_administrative_number",),)
    pid = bind(world, world.issue(create_pid(), PID, index=8), number)
    decision = decide(sources, answer(flat, pid), WORK, {}, now=world.now)
    assert checks(decision)["person"] == ("PASSED", "")


def test_rules_on_the_findings_of_a_page(world, sources, a1):
    whole = decide(sources, answer(bind(world, a1, SHOWN)), WORK, {}, now=world.now)
    view = sources.view
    ruled = rule(whole.findings, whole.credential, view, WORK, {}, (), world.now)
    assert ruled.as_json() == whole.as_json()


def test_submissions_are_read_strictly(world, a1):
    for submission in (
        answer("a", "b"),
        Submission("qr", "x", purpose="p"),
        Submission("paper", ""),
    ):
        assert parse_submission(submission.as_json()) == submission
    good = answer("a").as_json()
    for change in (
        {"medium": "air"}, {"text": None}, {"text": "x" * 600_000}, {"pid": 5}, {"binding": None},
        {"binding": {"nonce": "x"}}, {"binding": {"nonce": "", "audience": "x"}}, {"extra": 1},
        {"purpose": 5}, {"medium": "qr"},
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            parse_submission({**good, **change})


def test_a_bundle_is_read_strictly(world):
    good = create_bundle(world)
    assert create_world_sources(world).view.problems == {}
    for change in (
        {"made_at": -1}, {"made_at": "x"}, {"lists": []}, {"lists": {"other": []}},
        {"lists": {"directory": []}}, {"anchors": {"directory": ["x"]}}, {"statuses": {"u": "x"}},
        {"directory": 5}, {"fetched": {"directory": "x"}}, {"more": 1}, {"rules": "sha256:00"},
        {"statuses": {"u": {"token": "x", "fetched_at": None}}},
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            create_world_sources(world, **change)
    for value in (None, [], {}, {name: good[name] for name in ("made_at", "anchors")}):
        with pytest.raises(MalformedError):
            parse_sources(value)


def test_a_token_that_is_not_to_be_believed_is_a_problem(world, a1):
    bundle = create_bundle(world)
    spoiled = create_world_sources(world, directory=bundle["rules"], rules="x.y.z")
    assert spoiled.view.directory is None
    assert spoiled.view.problems == {"directory": "malformed", "inspection-rules": "malformed"}
