"""Certification paths and trust decisions: the same yes, no or neither in both engines."""

import copy
from dataclasses import replace

import pytest

from esspass.errors import EsspassError
from esspass.jose.jwe import create_encryption_key
from esspass.keys.certificates import create_authority, create_signer, create_x5c
from esspass.trust import (
    DIRECTORY,
    Competence,
    ExchangeEntry,
    ListType,
    ServiceKind,
    Status,
    StatusInterval,
    decide_attestation_issuer,
    verify_path,
)
from esspass.verdict import Check
from tests.builders.lists import (
    DAY,
    EHIC,
    NOW,
    PDA1,
    PID,
    authorize,
    create_body,
    create_entity,
    create_world,
    replace_service,
)
from tests.interop.decision.engine import NEEDS_NODE, create_bundle, describe, run_batch
from tests.unit.trust.chains import Node
from tests.unit.trust.test_path import SPOILED

pytestmark = NEEDS_NODE
PUB = ListType.PUB_EAA_PROVIDERS
ISSUED = NOW - 100 * DAY
NOTIFIED, WITHDRAWN = Status.NOTIFIED, Status.WITHDRAWN
LONG_AGO = (NOTIFIED, NOW - 300 * DAY)


def listed(*intervals):
    """The fund's issuance service with (status, start) pairs, newest first."""

    def change(world, fund):
        key_ids = create_entity(fund).services[0].key_ids
        (status, starts), *history = intervals
        past = tuple(StatusInterval(s, at, key_ids) for s, at in history)
        entity = replace_service(
            create_entity(fund), ServiceKind.ISSUANCE, status=status, starts=starts, history=past
        )
        world.entities[PUB] = [entity]
        return {}

    return change


def typed(*vcts, **period):
    def change(world, fund):
        world.institutions = [authorize(fund, *vcts, **period)] if vcts else []
        return {}

    return change


def reachable(world, fund):
    """The institution takes part in the exchange: nothing about its documents depends on it."""
    entry = ExchangeEntry(
        "https://fund.example/exchange/messages", create_encryption_key().public_jwk(),
        fund.attestation_signer.certificates[:1], "exchange@fund.example",
        (Competence("LA_BUC_04", "PO", True, NOW), Competence("LA_BUC_02", "CP", False, NOW, NOW)),
    )  # fmt: skip
    world.institutions = [replace(each, exchange=entry) for each in world.institutions]
    return {}


def asked(**changes):
    return lambda _world, _fund: changes


def roll(world, fund):
    """The next issue lists a new CA; the old one remains as an identifier in the history."""
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    fresh = create_authority(fund.name, fund.country, "New CA", NOW - 40 * DAY)
    entity = world.entities[PUB][0]
    service = entity.services[0]
    history = (StatusInterval(NOTIFIED, NOW - 300 * DAY, service.key_ids),)
    rolled = replace(
        service, certificates=(fresh.certificate,), starts=NOW - 30 * DAY, history=history
    )
    world.entities[PUB] = [replace(entity, services=(rolled, entity.services[1]))]
    return create_signer(fresh, fund.name, fund.country, "new", NOW - 39 * DAY)


def rolled_and_archived(world, fund):
    roll(world, fund)
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    return {}


def rolled_and_forgotten(world, fund):
    roll(world, fund)
    world.tokens, world.sequence_number = {}, 0
    return {}


def rolled_and_signed_late(world, fund):
    return {**rolled_and_archived(world, fund), "issued_at": NOW - 20 * DAY}


def rolled_and_signed_anew(world, fund):
    signer = roll(world, fund)
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    return {"chain": signer.certificates, "issued_at": NOW - 20 * DAY}


def taken_off(world, fund):
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    world.entities[PUB] = [create_entity(create_body("Other Fund", "LT", "LT:7000"))]
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    return {}


def leaf(organization, country, **changes):
    def change(_world, fund):
        signer = create_signer(
            fund.issuance, organization or fund.name, country, "leaf", NOW - 300 * DAY
        )
        return {"chain": signer.certificates, **changes}

    return change


def of_another(name):
    def change(_world, _fund):
        other = create_body(name, "LT", "LT:1000")
        return {"chain": other.attestation_signer.certificates}

    return change


def young_leaf(begun):
    def change(_world, fund):
        signer = create_signer(fund.issuance, fund.name, fund.country, "young", begun)
        return {"chain": signer.certificates}

    return change


def other_institution(world, _fund):
    world.institutions.append(authorize(create_body("Other Fund", "LT", "LT:7000"), PDA1))
    return {"institution_id": "LT:7000"}


SITUATIONS = {
    "row 1": asked(),
    "row 3": listed((WITHDRAWN, NOW - 10 * DAY), LONG_AGO),
    "row 4": listed((NOTIFIED, NOW - 10 * DAY)),
    "row 5": listed((WITHDRAWN, NOW - 200 * DAY), LONG_AGO),
    "row 6": listed((NOTIFIED, NOW - 10 * DAY), (WITHDRAWN, NOW - 200 * DAY), LONG_AGO),
    "row 7 the same name": of_another("Example Social Insurance Fund"),
    "row 7 nobody": of_another("Nobody"),
    "row 8 archived": rolled_and_archived,
    "row 8 forgotten": rolled_and_forgotten,
    "row 8 signed late": rolled_and_signed_late,
    "row 8 signed anew": rolled_and_signed_anew,
    "taken off": taken_off,
    "reachable": reachable,
    "row 9 grace": asked(now=NOW + 29 * DAY + 1),
    "row 9 expired": asked(now=NOW + 60 * DAY),
    "row 9 stranger": lambda w, f: {**of_another("Nobody")(w, f), "now": NOW + 60 * DAY},
    "inconsistent": listed((WITHDRAWN, NOW - 300 * DAY), LONG_AGO),
    "twice the same": listed(LONG_AGO, LONG_AGO),
    "listed in the afternoon": listed((NOTIFIED, ISSUED + DAY // 2)),
    "listed two days later": listed((NOTIFIED, ISSUED + 2 * DAY)),
    "withdrawn that night": listed((WITHDRAWN, ISSUED - DAY // 2), LONG_AGO),
    "young leaf": young_leaf(ISSUED + DAY // 2),
    "too young leaf": young_leaf(ISSUED + 3 * DAY),
    "type never": typed(EHIC),
    "type later": typed(PDA1, starts=NOW - 10 * DAY),
    "type ended before": typed(PDA1, ends=NOW - 200 * DAY),
    "type ended since": typed(PDA1, ends=NOW - 10 * DAY),
    "no institution": typed(),
    "institution not shown": asked(institution_id=None),
    "unknown type": asked(vct="urn:example:other"),
    "unknown institution": asked(institution_id="LT:9"),
    "institution of another body": other_institution,
    "country of the attestation": asked(country="EL"),
    "a PID": asked(vct=PID),
    "another body": leaf("Somebody Else", "LT"),
    "another country": leaf(None, "EE"),
    "status key": lambda _w, f: {"chain": f.status_signer.certificates},
}


@pytest.fixture(scope="module")
def good_world():
    return create_world()


def fresh_copy(good):
    world = copy.copy(good)
    world.entities = {name: list(entities) for name, entities in good.entities.items()}
    world.institutions, world.tokens = list(good.institutions), {}
    world.sequence_number = 0
    return world


def create_question(good, change):
    """The world as changed, and the question put to it."""
    world = fresh_copy(good)
    fund = world.bodies["fund"]
    question = {
        "vct": PDA1,
        "institution_id": fund.institution_id,
        "country": fund.country,
        "issued_at": ISSUED,
        "now": NOW,
        "chain": fund.attestation_signer.certificates,
        **change(world, fund),
    }
    if not world.sequence_number:
        world.publish()
    return world, question


def decide(world, question):
    given = dict(question)
    now, chain = given.pop("now"), given.pop("chain")
    view = world.view(now)
    check = Check(
        "trust",
        "Regulation (EU) 910/2014, Article 45f; TS 119 602, Annex H",
        lambda _: decide_attestation_issuer(view, chain, now=now, **given).parameters,
    )
    return describe([check.run(None)])[0]


@pytest.fixture(scope="module")
def decided(good_world):
    questions = {name: create_question(good_world, each) for name, each in SITUATIONS.items()}
    bundles = [create_bundle(world) for world, _ in questions.values()]
    calls = [
        {
            "call": "trust",
            "source": number,
            "now": question["now"],
            "chain": create_x5c(question["chain"]),
            "claim": {
                "vct": question["vct"],
                "institutionId": question["institution_id"],
                "country": question["country"],
                "issuedAt": question["issued_at"],
            },
        }
        for number, (_, question) in enumerate(questions.values())
    ]
    results = run_batch(calls, bundles)
    pairs = zip(questions.values(), results, strict=True)
    return {
        name: (decide(world, question), result.get("value", result))
        for name, ((world, question), result) in zip(questions, pairs, strict=True)
    }


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_lists_say_the_same(decided, name):
    ours, theirs = decided[name]
    assert theirs == ours


def test_the_directory_is_asked(good_world):
    world, question = create_question(good_world, asked())
    bundle = {**create_bundle(world), "directory": None, "problems": {DIRECTORY: "unavailable"}}
    claim = {"vct": PDA1, "institutionId": "LT:1000", "country": "LT", "issuedAt": ISSUED}
    chain = create_x5c(question["chain"])
    call = {"call": "trust", "source": 0, "now": NOW, "chain": chain, "claim": claim}
    (result,) = run_batch([call], [bundle])
    assert result["value"]["reason"] == "directory_unavailable"
    assert result["value"]["parameters"]["directory_problem"] == "unavailable"


def chains():
    """Chain and anchor of every spoiled path, and of good ones."""
    root = Node("root")
    middle = root.issue("middle")
    found = {
        "good": ([root.leaf()], root),
        "good below an intermediate": ([middle.leaf(), middle], root),
        "intermediate listed": ([middle.leaf()], middle),
        "another root": ([Node("root").leaf()], root),
    }
    for name, (spoil, _) in SPOILED.items():
        spoiled = spoil(root)
        found[name] = spoiled if isinstance(spoiled, tuple) else (spoiled, root)
    return found


def refusal(chain, anchor):
    try:
        verify_path([node.certificate for node in chain], [anchor.certificate], NOW)
    except EsspassError as error:
        return error.code
    return None


def test_paths_end_alike():
    cases = chains()
    calls = [
        {
            "call": "path",
            "chain": create_x5c([node.certificate for node in chain]),
            "anchors": create_x5c([anchor.certificate]),
            "at": NOW,
        }
        for chain, anchor in cases.values()
    ]
    results = zip(cases.items(), run_batch(calls), strict=True)
    found = {name: (refusal(*case), result.get("error")) for (name, case), result in results}
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
