"""The whole path, told step by step: issue, hold, present, verify, refuse, withdraw.

Every step says who does what and how it must end; a step that ends otherwise fails the demo.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from demo.actors import Cast, Inspector, Office, Owner, clock
from demo.amendment import Amendment
from demo.dialogue import Dialogue
from demo.exchange import Exchange
from demo.hospital import treat
from demo.outcomes import declined, ended, held, passed
from demo.people import institutions
from demo.processes import Process
from demo.returns import Returns
from demo.site import CREW, visit
from demo.story import Story, expect, expect_refusal
from demo.world import World, institution
from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.trust import ListType
from esspass.trust.operator import publish, withdraw_entity
from esspass.verdict import Outcome
from issuer.reasons import WithdrawalReason
from verifier.service import Result

PACE_SECONDS = 2.1  # longer than anything is cached in a quick world
CITIZENS = ("builder", "driver", "musician", "pensioner", "parent")
OPERATOR, LITHUANIA = "List operator", "Institution, Lithuania"
GREECE, ROMANIA = "Inspector, Greece", "Clinic, Romania"


def tell(story: Story, world: World, processes: Mapping[str, Process]) -> None:
    """Tell the scenario in a running world."""
    cast = Cast(world)
    scenario = _Scenario(
        story,
        world,
        processes,
        {key: cast.owner(key) for key in cast.citizens},
        cast.office("identity-lt"),
        cast.office("issuer-lt"),
        cast.office("host-el"),
        cast.inspector("inspector-el"),
        cast.inspector("clinic-ro"),
    )
    scenario.tell()


@dataclass(frozen=True)
class _Scenario:
    story: Story
    world: World
    processes: Mapping[str, Process]
    owners: Mapping[str, Owner]
    identity: Office
    lithuania: Office
    host: Office
    greece: Inspector
    romania: Inspector

    def tell(self) -> None:
        self._list()
        self._identify()
        self._issue()
        self._exchange.register()
        self._inspect()
        visit(self.story, self.greece, self.lithuania, self._crew())
        treat(self.story, self.romania, self.owners, self.world.base_url("issuer-lt"))
        self._exchange.replace_card()
        mason = self.owners["mason"]
        Dialogue(self.story, self.greece, mason, self.host, self.lithuania).tell()
        Amendment(self.story, self.owners["painter"], self.host, self.lithuania).tell()
        self._refuse()
        self._withdraw()
        self._exchange.hear_of_withdrawal()
        self._report()
        self._fail()
        self._leave()

    @property
    def _exchange(self) -> Exchange:
        greece, romania = (Office(self.world, key) for key in ("host-el", "host-ro"))
        return Exchange(self.story, self.lithuania, greece, romania, self.owners)

    def _report(self) -> None:
        offices = [self.lithuania, Office(self.world, "host-el"), Office(self.world, "host-ro")]
        Returns(self.story, self.world, offices, (self.greece, self.romania)).tell()

    def _list(self) -> None:
        bodies = sum(1 for body in institutions() if body.attestation_types)
        what = f"lists {bodies} bodies, what they may issue, and who may ask"
        self.story.tell(OPERATOR, what, self._fetch_lists)

    def _fetch_lists(self) -> str:
        names = [*ListType, "directory"]
        for name in names:
            self.world.fetcher().get(f"{self.world.base_url('lists')}/{name}.jwt").require(200)
        return f"{len(names)} signed lists are public"

    def _identify(self) -> None:
        for key in CITIZENS:
            owner = self.owners[key]
            what = "signs in with the simulated eID and receives a PID"
            self.story.tell(owner.name, what, partial(self._take_pid, owner))

    def _take_pid(self, owner: Owner) -> str:
        offer = self.identity.offer_pid(owner.citizen)
        return held(owner.accept_with_demo_eid(offer.uri).credential_ids)

    def _issue(self) -> None:
        for key, vct, what in (
            ("builder", PDA1_WEBUILD, "shows the PID to the institution, receives the PD A1"),
            ("driver", PDA1_EUDI, "receives the PD A1 for two employers, in the DC4EU shape"),
            ("musician", PDA1_WEBUILD, "receives the PD A1 of a self-employed person"),
        ):
            owner = self.owners[key]
            self.story.tell(owner.name, what, partial(self._take_a1, owner, vct))
        for key, what in (
            ("builder", "scans an offer, types the code from the letter: the EHIC"),
            ("pensioner", "scans an offer, types the code from the letter: the EHIC"),
            ("parent", "receives the EHIC of the child, as its representative"),
        ):
            owner = self.owners[key]
            self.story.tell(owner.name, what, partial(self._take_ehic, owner))

    def _take_a1(self, owner: Owner, vct: str) -> str:
        offer = self.lithuania.offer(owner.citizen, vct, "pda1", "authorization", tx_code=False)
        return held(owner.accept_with_pid(offer.uri).credential_ids)

    def _take_ehic(self, owner: Owner) -> str:
        offer = self.lithuania.offer(owner.citizen, EHIC, "ehic", "pre-authorized", tx_code=True)
        return held(owner.accept(offer.uri, offer.tx_code).credential_ids)

    def _crew(self) -> dict[str, Owner]:
        """The builder and his colleagues; those with a telephone receive what they will show."""
        for key in ("mason", "welder", "painter"):
            owner = self.owners[key]
            self.story.tell(
                owner.name,
                "receives PID and PD A1, to show them on site",
                partial(self._equip, owner),
            )
        return {key: self.owners[key] for key in CREW}

    def _equip(self, owner: Owner) -> str:
        self._take_pid(owner)
        return self._take_a1(owner, PDA1_WEBUILD)

    def _inspect(self) -> None:
        for key, what in (
            ("builder", "asks the builder on site for A1 and PID"),
            ("driver", "asks the lorry driver for A1 and PID"),
            ("musician", "asks the musician for A1 and PID"),
        ):
            self.story.tell(GREECE, what, partial(self._see_a1, key))
        self.story.tell(
            ROMANIA,
            "asks the pensioner for EHIC and PID",
            lambda: passed(self._check_ehic("pensioner")),
        )
        self.story.tell(
            ROMANIA,
            "asks for the child's EHIC: its own document must be seen",
            lambda: self._undecided(self._check_ehic("parent"), "person", "person_represented"),
        )

    def _see_a1(self, key: str) -> str:
        return passed(self._check_a1(key))

    def _check_a1(self, key: str) -> Result:
        return self.greece.check(self.owners[key], "pda1")

    def _check_ehic(self, key: str) -> Result:
        return self.romania.check(self.owners[key], "ehic")

    def _undecided(self, result: Result, check: str, reason: str) -> str:
        return ended(result, Outcome.INDETERMINATE, check, reason)

    def _refuse(self) -> None:
        builder, pensioner = self.owners["builder"], self.owners["pensioner"]
        self.story.tell(builder.name, "types a wrong transaction code", self._type_wrong_code)
        self.story.tell(
            pensioner.name,
            "has no A1: the inspector learns only that none came",
            lambda: declined(self.greece, pensioner, "pda1"),
        )
        self.story.tell(builder.name, "answers the same request twice", self._answer_twice)

    def _type_wrong_code(self) -> str:
        builder = self.owners["builder"]
        offer = self.lithuania.offer(builder.citizen, EHIC, "ehic", "pre-authorized", tx_code=True)
        code = str(offer.tx_code)
        wrong = f"{(int(code[0]) + 1) % 10}{code[1:]}"
        return expect_refusal(lambda: builder.accept(offer.uri, wrong), "invalid_grant")

    def _answer_twice(self) -> str:
        started = self.greece.ask("pda1")
        self.owners["builder"].present(started.link)
        return expect_refusal(
            lambda: self.owners["builder"].present(started.link), "unavailable", "invalid_request"
        )

    def _withdraw(self) -> None:
        self.story.tell(
            LITHUANIA, "withdraws the builder's A1: the work ended early", self._withdraw_a1
        )
        time.sleep(PACE_SECONDS)
        self.story.tell(
            GREECE,
            "checks the builder again",
            lambda: ended(self._check_a1("builder"), Outcome.FAILED, "status", "revoked"),
        )

    def _withdraw_a1(self) -> str:
        effective = datetime.fromtimestamp(clock(), UTC).date() - timedelta(days=3)
        citizen = self.owners["builder"].citizen
        count = self.lithuania.withdraw(citizen, "pda1", WithdrawalReason.ENDED, effective)
        expect(count, "nothing was withdrawn")
        return f"{count} copies invalid, as of {effective}"

    def _fail(self) -> None:
        self.story.tell(
            LITHUANIA, "is killed and started again; the driver is checked", self._restart
        )
        self.story.tell(
            GREECE, "checks while the institution does not answer", self._ask_the_silent
        )

    def _restart(self) -> str:
        self._kill()
        self._start()
        time.sleep(PACE_SECONDS)
        return passed(self._check_a1("driver"))

    def _ask_the_silent(self) -> str:
        self._kill()
        time.sleep(PACE_SECONDS)
        result = self._check_a1("driver")
        self._start()
        return self._undecided(result, "status", "status_unreachable")

    def _kill(self) -> None:
        self.processes["issuer-lt"].kill()

    def _start(self) -> None:
        self.processes["issuer-lt"].start()
        self.processes["issuer-lt"].wait_until_ready(self.world.fetcher())

    def _leave(self) -> None:
        self.story.tell(OPERATOR, "takes the Lithuanian institution off the list", self._unlist)
        time.sleep(PACE_SECONDS)
        self.story.tell(
            GREECE,
            "checks the musician: issued while listed, not listed now",
            lambda: self._undecided(
                self._check_a1("musician"), "trust", "issuer_left_list_unproven"
            ),
        )

    def _unlist(self) -> str:
        name = institution("issuer-lt").name
        withdraw_entity(self.world.operator, ListType.PUB_EAA_PROVIDERS, name)
        issues = {issue.name: issue for issue in publish(self.world.operator, clock())}
        return f"list number {issues[ListType.PUB_EAA_PROVIDERS].sequence_number} says so"
