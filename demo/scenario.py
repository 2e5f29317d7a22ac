"""The whole path, told step by step: issue, hold, present, verify, refuse, withdraw.

Every step says who does what and how it must end; a step that ends otherwise fails the demo.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from verifier.service import Result

from demo.actors import Cast, Inspector, Owner, clock
from demo.people import institutions
from demo.processes import Process
from demo.story import StepError, Story, expect, expect_refusal
from demo.world import World, institution
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.trust import ListType
from esspass.trust.operator import publish, withdraw_entity
from esspass.verdict import Outcome
from issuer.service import WithdrawalReason

PACE_SECONDS = 2.1  # longer than anything is cached in a quick world


def tell(story: Story, world: World, processes: Mapping[str, Process]) -> None:
    """Tell the scenario in a running world."""
    cast = Cast(world)
    _tell_trust(story, world)
    owners = {key: cast.owner(key) for key in cast.citizens}
    _tell_issuance(story, cast, owners)
    _tell_inspections(story, cast, owners)
    _tell_refusals(story, cast, owners)
    _tell_withdrawal(story, cast, owners)
    _tell_faults(story, cast, owners, processes)


def _tell_trust(story: Story, world: World) -> None:
    operator = institution("operator").name

    def fetch() -> str:
        names = [*ListType, "directory"]
        for name in names:
            world.fetcher().get(f"{world.base_url('lists')}/{name}.jwt").require(200)
        return f"{len(names)} signed lists are public"

    bodies = sum(1 for body in institutions() if body.attestation_types)
    story.tell(operator, f"lists {bodies} bodies, what they may issue, and who may ask", fetch)


def _tell_issuance(story: Story, cast: Cast, owners: Mapping[str, Owner]) -> None:
    for key, owner in owners.items():

        def get_pid(owner: Owner = owner, key: str = key) -> str:
            return _held(owner.accept_with_demo_eid(cast.offer_pid(key).uri).credential_ids)

        story.tell(_name(owner), "signs in with the (simulated) eID and receives a PID", get_pid)
    lt = cast.office("issuer-lt")
    builder, driver = owners["builder"], owners["driver"]

    def by_pid(owner: Owner, vct: str, kind: str) -> str:
        offer = lt.offer(owner.citizen, vct, kind, "authorization", tx_code=False)
        return _held(owner.accept_with_pid(offer.uri).credential_ids)

    story.tell(_name(builder), "shows the PID to the institution and receives the PD A1",
               lambda: by_pid(builder, PDA1_WEBUILD, "pda1"))  # fmt: skip
    story.tell(_name(driver), "receives the PD A1 for two employers, in the DC4EU shape",
               lambda: by_pid(driver, PDA1_EUDI, "pda1"))  # fmt: skip
    story.tell(_name(owners["musician"]), "receives the PD A1 of a self-employed person",
               lambda: by_pid(owners["musician"], PDA1_WEBUILD, "pda1"))  # fmt: skip

    def with_code(owner: Owner) -> str:
        offer = lt.offer(owner.citizen, EHIC, "ehic", "pre-authorized", tx_code=True)
        return _held(owner.accept(offer.uri, offer.tx_code).credential_ids)

    for key in ("builder", "pensioner", "parent"):
        what = "scans the offer, types the code from the letter, receives the EHIC"
        if key == "parent":
            what = "receives the EHIC of the child, as its representative"
        story.tell(_name(owners[key]), what, lambda key=key: with_code(owners[key]))


def _tell_inspections(story: Story, cast: Cast, owners: Mapping[str, Owner]) -> None:
    inspector, clinic = cast.inspector("inspector-el"), cast.inspector("clinic-ro")
    for key, what in (
        ("builder", "asks for the A1 and the PID of the builder on site"),
        ("driver", "asks for the A1 and the PID of the lorry driver"),
        ("musician", "asks for the A1 and the PID of the musician"),
    ):
        story.tell(_office("inspector-el"), what,
                   lambda key=key: _passed(inspector.check(owners[key], "pda1")))  # fmt: skip
    for key, what in (
        ("pensioner", "asks for the EHIC and the PID of the pensioner"),
        ("parent", "asks for the EHIC of the child and the parent's PID"),
    ):
        story.tell(_office("clinic-ro"), what,
                   lambda key=key: _passed(clinic.check(owners[key], "ehic")))  # fmt: skip


def _tell_refusals(story: Story, cast: Cast, owners: Mapping[str, Owner]) -> None:
    lt, inspector = cast.office("issuer-lt"), cast.inspector("inspector-el")
    builder = owners["builder"]
    offer = lt.offer(builder.citizen, EHIC, "ehic", "pre-authorized", tx_code=True)
    story.tell(_name(builder), "types a wrong transaction code",
               lambda: expect_refusal(lambda: builder.accept(offer.uri, _other(offer.tx_code)),
                                      "invalid_grant"))  # fmt: skip
    story.tell(_name(owners["pensioner"]), "has no A1: the inspector learns only that none came",
               lambda: _declined(inspector, owners["pensioner"], "pda1"))  # fmt: skip

    def twice() -> str:
        started = inspector.ask("pda1")
        builder.present(started.link)
        return expect_refusal(lambda: builder.present(started.link), *_OVER)

    story.tell(_name(builder), "answers the same request twice", twice)


_OVER = ("invalid_request", "request_over", "unavailable", "invalid_request_uri")


def _tell_withdrawal(story: Story, cast: Cast, owners: Mapping[str, Owner]) -> None:
    lt, inspector = cast.office("issuer-lt"), cast.inspector("inspector-el")
    builder = owners["builder"]

    def withdraw() -> str:
        effective = datetime.fromtimestamp(clock(), UTC).date() - timedelta(days=3)
        count = lt.withdraw(builder.citizen, "pda1", WithdrawalReason.ENDED, effective)
        expect(count, "nothing was withdrawn")
        return f"{count} copies invalid, from {effective}"

    story.tell(_office("issuer-lt"), "withdraws the builder's A1: the work ended early", withdraw)
    time.sleep(PACE_SECONDS)
    story.tell(_office("inspector-el"), "checks the builder again",
               lambda: _ended(inspector.check(builder, "pda1"), Outcome.FAILED, "status", "revoked"))  # fmt: skip


def _tell_faults(
    story: Story, cast: Cast, owners: Mapping[str, Owner], processes: Mapping[str, Process]
) -> None:
    inspector, musician, driver = (
        cast.inspector("inspector-el"),
        owners["musician"],
        owners["driver"],
    )
    world, lt = cast.world, institution("issuer-lt")

    def restart() -> str:
        processes["issuer-lt"].kill()
        processes["issuer-lt"].start()
        processes["issuer-lt"].wait_until_ready(world.fetcher())
        time.sleep(PACE_SECONDS)
        return _passed(inspector.check(driver, "pda1"))

    story.tell(_office("issuer-lt"), "is killed and started again; the driver is checked", restart)

    def silent() -> str:
        processes["issuer-lt"].kill()
        time.sleep(PACE_SECONDS)
        result = inspector.check(driver, "pda1")
        processes["issuer-lt"].start()
        processes["issuer-lt"].wait_until_ready(world.fetcher())
        return _ended(result, Outcome.INDETERMINATE, "status", "status_unreachable")

    story.tell(_office("inspector-el"), "checks while the institution does not answer", silent)

    def leave() -> str:
        withdraw_entity(world.operator, ListType.PUB_EAA_PROVIDERS, lt.name)
        number = next(
            p.sequence_number
            for p in publish(world.operator, clock())
            if p.name == "pub-eaa-providers"
        )
        return f"list number {number} says so"

    story.tell(institution("operator").name, "takes the Lithuanian institution off the list", leave)
    time.sleep(PACE_SECONDS)
    story.tell(_office("inspector-el"), "checks the musician: issued while listed, not listed now",
               lambda: _ended(inspector.check(musician, "pda1"), Outcome.INDETERMINATE, "trust",
                              "issuer_withdrawn_since"))  # fmt: skip


def _name(owner: Owner) -> str:
    person = owner.citizen.person
    return f"{person.forenames} {person.surnames}"


def _office(key: str) -> str:
    return institution(key).name


def _other(code: str | None) -> str:
    digits = str(code)
    return f"{(int(digits[0]) + 1) % 10}{digits[1:]}"


def _held(credential_ids: tuple[str, ...]) -> str:
    expect(credential_ids, "no document was received")
    return "received, checked, held"


def _passed(result: Result) -> str:
    conclusion = result.conclusion
    expect(conclusion, "there is no verdict")
    assert conclusion is not None
    if conclusion.outcome is not Outcome.PASSED:
        raise StepError(f"verdict {conclusion.outcome.value}: {_bad(result)}")
    return "verdict PASSED"


def _ended(result: Result, outcome: Outcome, check: str, reason: str) -> str:
    conclusion = result.conclusion
    expect(conclusion, "there is no verdict")
    assert conclusion is not None
    found = {(f.check, f.reason) for document in conclusion.documents for f in document.findings}
    if conclusion.outcome is not outcome or (check, reason) not in found:
        raise StepError(f"verdict {conclusion.outcome.value}: {_bad(result)}")
    return f"verdict {outcome.value}: {reason}"


def _bad(result: Result) -> str:
    assert result.conclusion is not None
    findings = [f for document in result.conclusion.documents for f in document.findings]
    return ", ".join(f"{f.check} {f.reason}" for f in findings if f.outcome is not Outcome.PASSED)


def _declined(inspector: Inspector, owner: Owner, kind: str) -> str:
    started = inspector.ask(kind)
    event = owner.present(started.link).event
    stage = inspector.verifier.result(started.id, clock()).stage
    expect(stage.value == "refused", f"the inspection is {stage.value}")
    return f"{stage.value}, and no more ({event.value} in the wallet)"
