"""The checks of a credential: the same findings, parameters included, from the same evidence."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID, Institution
from esspass.inspection import StatusSnapshot, inspect_presentation, match_names
from esspass.keys.signer import KeySigner, create_key
from esspass.sdjwt import create_key_binding, create_presentation
from tests.builders.credentials import create_status_list_raw
from tests.builders.lists import DAY, create_body
from tests.builders.presentations import (
    FUND_LIST,
    IDENTITY_LIST,
    PERSON,
    IssuingWorld,
    create_a1,
    create_ehic,
    create_pid,
)
from tests.interop.decision.engine import NEEDS_NODE, create_bundle, describe, run_batch
from tests.unit.inspection.test_person import test_names

pytestmark = NEEDS_NODE
NONCE, AUDIENCE = "n" * 32, "x509_hash:abc"


def present(world, text, holder=None, paths=(), **changes):
    shown = create_presentation(text, paths)
    binding = {"nonce": NONCE, "audience": AUDIENCE, "now": world.now, **changes}
    return create_key_binding(shown, holder or world.holder, **binding)


def shows(create, vct, paths=(), **issued):
    return lambda world: present(world, world.issue(create(), vct, **issued), paths=paths)


def envelope(create, vct, **offsets):
    def build(world):
        dates = {n: v if v is ... else world.now + v for n, v in offsets.items()}
        return present(world, world.issue(create(), vct, envelope=dates))

    return build


def bound(**changes):
    def build(world):
        moved = {**changes, "now": world.now + changes.get("now", 0)}
        return present(world, world.issue(create_a1(), PDA1_WEBUILD), **moved)

    return build


def forged(world):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    head, payload, rest = text.split(".", 2)
    return present(world, f"{head}.{payload}.{'B' if rest[0] == 'A' else 'A'}{rest[1:]}")


def other_disclosures(world):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    more = create_presentation(text, [("subject", "names")])
    return more + present(world, text).rpartition("~")[2]


def by_a_stranger(world):
    stranger = create_body("Example Social Insurance Fund", "LT", "LT:1000")
    return present(world, world.issue(create_a1(), PDA1_WEBUILD, body=stranger))


def without_status(world):
    text = world.issue(create_pid(), PID, envelope={"status": ...})
    return present(world, text)


def short_lived(world):
    dates = {"status": ..., "iat": world.now - 3600, "exp": world.now + 3600}
    return present(world, world.issue(create_pid(), PID, envelope=dates))


def claimed(create, vct, **claims):
    return shows(create, vct, claims=claims)


def withdrawn(value):
    def build(world):
        world.withdraw(FUND_LIST, 9, value)
        return present(world, world.issue(create_a1(), PDA1_WEBUILD, index=9))

    return build


def status_list(spoil):
    def build(world):
        spoil(world)
        return present(world, world.issue(create_a1(), PDA1_WEBUILD))

    return build


def raw_status(**claims):
    """A status list token whose claims are those of a good one but for some."""

    def spoil(world):
        good = {
            "sub": FUND_LIST,
            "iat": world.now,
            "exp": world.now + 3600,
            "status_list": {"bits": 1, "lst": "eNpjYAAAAAEAAQ"},
        }
        merged = {name: value for name, value in {**good, **claims}.items() if value is not ...}
        world.web.answers[FUND_LIST] = create_status_list_raw(world.fund.status_signer, merged)

    return status_list(spoil)


def flat():
    return create_a1(person=None)


LEGISLATION = {"memberstate": "LT", "startDate": "1 March 2026", "endDate": "2027-02-28"}
SUBJECT = (("subject",), ("personal_administrative_number",))
EVIDENCE = {
    "A1": shows(create_a1, PDA1_WEBUILD),
    "A1 with names": shows(create_a1, PDA1_WEBUILD, SUBJECT),
    "flat A1": shows(flat, PDA1_EUDI),
    "EHIC": shows(create_ehic, EHIC),
    "PID": shows(create_pid, PID, (("family_name",), ("birthdate",))),
    "EHIC of a child": shows(
        lambda: create_ehic(represented=replace(PERSON, forenames="Marija")), EHIC, (("subject",),)
    ),
    "forged": forged,
    "by a stranger": by_a_stranger,
    "nonce": bound(nonce="m" * 32),
    "audience": bound(audience="x509_hash:abd"),
    "old binding": bound(now=-365 * DAY),
    "early binding": bound(now=365 * DAY),
    "binding of another": bound(holder=KeySigner(create_key())),
    "expired binding": bound(claims={"exp": 1}),
    "other disclosures": other_disclosures,
    "no binding": lambda w: create_presentation(w.issue(create_a1(), PDA1_WEBUILD), ()),
    "no holder key": envelope(create_pid, PID, cnf=...),
    "iat to come": envelope(create_ehic, EHIC, iat=120),
    "nbf to come": envelope(create_ehic, EHIC, nbf=120),
    "expired": envelope(create_ehic, EHIC, exp=-61),
    "no status": without_status,
    "short lived": short_lived,
    "endless": envelope(create_pid, PID, status=..., iat=30, exp=...),
    "unknown type": shows(create_ehic, EHIC, envelope={"vct": "urn:eudi:mdl:1"}),
    "unknown shape": shows(create_ehic, EHIC, envelope={"vct": PDA1_EUDI}),
    "other metadata": shows(create_ehic, EHIC, envelope={"vct#integrity": "sha256-AAAA"}),
    "no metadata digest": shows(create_ehic, EHIC, envelope={"vct#integrity": ...}),
    "wrong form": claimed(create_a1, PDA1_WEBUILD, memberstateAppliedLegislation=LEGISLATION),
    "odd e-mail": claimed(create_pid, PID, email="no address"),
    "unknown members": claimed(create_pid, PID, anything={"else": [1, 2.5, None, True]}),
    "prototype": claimed(create_pid, PID, __proto__={"x": 1}, constructor="y"),
    "end before start": shows(
        lambda: create_a1(starts=date(2026, 6, 1), ends=date(2026, 5, 31)), PDA1_WEBUILD
    ),
    "another fund": shows(
        lambda: create_ehic(institution=Institution("LT:9999", "Another Fund", "LT")), EHIC
    ),
    "two countries": claimed(create_ehic, EHIC, issuing_country="RO"),
    **{f"status {value}": withdrawn(value) for value in (1, 2, 3)},
    "status of yesterday": status_list(lambda w: w.publish_statuses(w.now - DAY)),
    "status of tomorrow": status_list(lambda w: w.publish_statuses(w.now + 3600)),
    "status of another": status_list(
        lambda w: w.web.answers.update({FUND_LIST: w.web.answers[IDENTITY_LIST]})
    ),
    "status by another body": status_list(
        lambda w: w.publish_statuses(signers={FUND_LIST: w.identity.status_signer})
    ),
    "status by the issuing key": status_list(
        lambda w: w.publish_statuses(signers={FUND_LIST: w.fund.attestation_signer})
    ),
    "status is a page": status_list(lambda w: w.web.answers.update({FUND_LIST: "<html>"})),
    "status is nothing": status_list(lambda w: w.web.answers.update({FUND_LIST: ""})),
    "no status list": status_list(lambda w: w.web.answers.pop(FUND_LIST)),
    "index beyond": shows(create_a1, PDA1_WEBUILD, index=10_000),
    "status without end": raw_status(exp=...),
    "old status without end": raw_status(exp=..., iat=1_700_000_000),
    "status of three bits": raw_status(status_list={"bits": 3, "lst": "eNpjYAAAAAEAAQ"}),
    "status of 1.0 bits": raw_status(status_list={"bits": 1.0, "lst": "eNpjYAAAAAEAAQ"}),
    "status torn": raw_status(status_list={"bits": 1, "lst": "eNpjYAAAAAE"}),
    "status and more": raw_status(status_list={"bits": 1, "lst": "eNpjYAAAAAEAAQAA"}),
    "status no zlib": raw_status(status_list={"bits": 1, "lst": "AAAA"}),
    "status without date": raw_status(iat=...),
    "status with bad ttl": raw_status(ttl=0),
}


def inspect(world, text):
    kept = {uri: (token, world.now) for uri, token in world.web.answers.items()}
    verdict = inspect_presentation(
        text,
        nonce=NONCE,
        audience=AUDIENCE,
        trust=world.view(),
        statuses=StatusSnapshot(kept),
        now=world.now,
    )
    return describe(verdict.findings)


@pytest.fixture(scope="module")
def inspected():
    worlds = {name: IssuingWorld() for name in EVIDENCE}
    texts = {name: build(worlds[name]) for name, build in EVIDENCE.items()}
    bundles = [create_bundle(w.lists, w.web.answers, w.now) for w in worlds.values()]
    binding = {"nonce": NONCE, "audience": AUDIENCE}
    calls = [
        {"call": "inspect", "text": text, "binding": binding, "source": n, "now": worlds[name].now}
        for n, (name, text) in enumerate(texts.items())
    ]
    results = run_batch(calls, bundles)
    pairs = zip(texts.items(), results, strict=True)
    return {name: (inspect(worlds[name], text), result) for (name, text), result in pairs}


@pytest.mark.parametrize("name", EVIDENCE)
def test_the_same_findings(inspected, name):
    ours, theirs = inspected[name]
    assert theirs.get("value", theirs) == ours


def test_the_evidence_is_of_many_kinds(inspected):
    reasons = {each["reason"] for ours, _ in inspected.values() for each in ours}
    assert len(reasons) > 25, reasons


def test_names_compare_alike():
    (mark,) = (m for m in test_names.pytestmark if m.name == "parametrize")
    pairs = [(one, other) for one, other, _ in mark.args[1]]
    pairs += [("Işık", "ISIK"), ("ﬁnn", "Finn"), ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"), ("कि", "क")]
    calls = [{"call": "names", "one": one, "other": other} for one, other in pairs]
    found = [result["value"] for result in run_batch(calls)]
    assert found == [match_names(one, other).value for one, other in pairs]


def test_every_letter_compares_alike():
    """Each Latin, Greek and Cyrillic letter with its other case and with its bare form."""
    ranges = (range(0xC0, 0x250), range(0x370, 0x530), range(0x1E00, 0x2000))
    letters = [chr(c) for codes in ranges for c in codes if chr(c).isalpha()]
    pairs = [(c, c.upper()) for c in letters]
    pairs += [(c, unicodedata.normalize("NFKD", c)[0].lower()) for c in letters]
    calls = [{"call": "names", "one": one, "other": other} for one, other in pairs]
    found = [result["value"] for result in run_batch(calls)]
    ours = [match_names(one, other).value for one, other in pairs]
    differences = zip(pairs, ours, found, strict=True)
    assert [each for each in differences if each[1] != each[2]] == []
