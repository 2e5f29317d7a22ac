"""The dialogue of Decision A1, played by two copies of a case, as steps a person reads."""

import pytest

from esspass.exchange.deadlines import find_deadlines
from esspass.exchange.dialogue import STEPS, read_standing_of_case
from esspass.exchange.draft import create_message, create_start
from esspass.exchange.engine import apply_message, close_locally, open_case
from esspass.exchange.model import Draft, NewIds
from esspass.exchange.standing import Stage, StepState

NOW = 1_795_255_200
DAY = 86400
HOST, ISSUER = "EL:1000", "LT:1000"
MAINTAINED = {"Answer": {"Maintained": {"justification": "All is well."}}}
WITHDRAWN = {"Answer": {"Withdrawn": {"justification": "So be it.", "withdrawnFrom": "2026-11-01"}}}


class Dialogue:
    """Both sides of one case; what one sends, the other gets at once."""

    def __init__(self, case_type="DA_BUC_01", sed="DA01"):
        draft = Draft(sed, {}, receivers=(ISSUER,))
        self.now, self.count = NOW, 0
        message = create_start(case_type, "case-1", draft, HOST, self._ids(), self.now)
        self.copies = {each: open_case(message, each) for each in (HOST, ISSUER)}
        self.messages = [message]

    def _ids(self):
        self.count += 1
        return NewIds(f"message-{self.count}", f"set-{self.count}")

    def say(self, who, sed, content=None, after=0):
        self.now += after
        message = create_message(self.copies[who], Draft(sed, content or {}), self._ids(), self.now)
        for each, case in self.copies.items():
            self.copies[each] = apply_message(case, message, self.now)
        self.messages.append(message)
        return message

    def read(self, who=HOST, after=0):
        case = self.copies[who]
        deadlines = find_deadlines(case)
        return read_standing_of_case(case, self.messages, deadlines, self.now + after)

    def states(self, **more):
        return {step.sed: step.state for step in self.read(**more).steps}


class TestSteps:
    def test_request_awaits_acknowledgement_and_answer(self):
        dialogue = Dialogue()
        standing = dialogue.read()
        assert standing.stage is Stage.DIALOGUE
        assert [step.sed for step in standing.steps] == list(STEPS)
        assert dialogue.states() == {
            "DA01": StepState.DONE, "DA02": StepState.CURRENT, "DA03": StepState.TO_COME,
            "DA04": StepState.CURRENT, "DA05": StepState.TO_COME, "DA06": StepState.TO_COME,
            "DA07": StepState.TO_COME, "DA08": StepState.TO_COME, "DA09": StepState.TO_COME,
        }  # fmt: skip

    def test_both_sides_read_the_same(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA02", after=DAY)
        assert dialogue.read(HOST) == dialogue.read(ISSUER)

    def test_dates_come_with_a_source_that_nobody_verified(self):
        steps = {step.sed: step for step in Dialogue().read().steps}
        assert steps["DA04"].due_at - NOW == pytest.approx(91 * DAY, abs=3 * DAY)
        assert steps["DA02"].due_at - NOW == pytest.approx(14 * DAY, abs=2 * DAY)
        for sed in STEPS[1:2] + STEPS[3:]:
            assert "Decision A1" in steps[sed].source
            assert not steps[sed].verified

    def test_what_is_overdue_is_late(self):
        states = Dialogue().states(after=20 * DAY)
        assert (states["DA02"], states["DA04"]) == (StepState.LATE, StepState.CURRENT)
        assert Dialogue().read().next_due.sed == "DA02"

    def test_an_extension_moves_the_answer(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA02", after=DAY)
        before = {step.sed: step for step in dialogue.read().steps}["DA04"].due_at
        dialogue.say(ISSUER, "DA03", after=60 * DAY)
        steps = {step.sed: step for step in dialogue.read().steps}
        assert steps["DA03"].state is StepState.DONE
        assert steps["DA04"].due_at - before == pytest.approx(91 * DAY, abs=3 * DAY)


class TestEnds:
    def test_withdrawn(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA02")
        dialogue.say(ISSUER, "DA04", WITHDRAWN, after=DAY)
        standing = dialogue.read()
        assert (standing.stage, standing.outcome) == (Stage.ENDED, "withdrawn")
        assert standing.since == NOW + DAY
        assert dialogue.states()["DA05"] is StepState.LEFT_OUT
        assert standing.next_due is None

    def test_answered_without_acknowledgement(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA04", MAINTAINED)
        assert dialogue.states()["DA02"] is StepState.LEFT_OUT
        assert dialogue.states()["DA03"] is StepState.LEFT_OUT

    def test_maintained_goes_on_until_somebody_closes(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA04", MAINTAINED)
        assert (dialogue.read().stage, dialogue.read().outcome) == (Stage.DIALOGUE, "maintained")
        dialogue.say(HOST, "X001", {"ClosingCase": {}})
        assert dialogue.read().stage is Stage.ENDED

    def test_authorities_and_conciliation(self):
        dialogue = Dialogue()
        dialogue.say(ISSUER, "DA04", MAINTAINED)
        dialogue.say(HOST, "DA05", after=DAY)
        assert dialogue.read().stage is Stage.AUTHORITIES
        assert dialogue.read().since == NOW + DAY
        assert dialogue.states()["DA06"] is StepState.CURRENT
        dialogue.say(ISSUER, "DA06")
        dialogue.say(HOST, "DA07", {"OutcomeAuthorities": {"outcome": "no_agreement"}})
        assert dialogue.read().outcome == "not_agreed"
        dialogue.say(HOST, "DA08", after=DAY)
        assert dialogue.read().stage is Stage.CONCILIATION
        dialogue.say(HOST, "DA09", {"OutcomeConciliation": {"outcome": "withdrawn"}}, after=DAY)
        assert (dialogue.read().stage, dialogue.read().outcome) == (Stage.ENDED, "withdrawn")


class TestQuestion:
    @pytest.mark.parametrize(
        ("case_type", "asked", "reply"),
        [("LA_BUC_06", "A005", "A006"), ("H_BUC_01", "H001", "H002")],
    )
    def test_asked_and_answered(self, case_type, asked, reply):
        dialogue = Dialogue(case_type, asked)
        assert dialogue.read().stage is Stage.ASKED
        assert [step.sed for step in dialogue.read().steps] == [asked, reply]
        dialogue.say(ISSUER, reply, after=DAY)
        standing = dialogue.read()
        assert (standing.stage, standing.outcome) == (Stage.ENDED, "answered")
        assert standing.steps[1].at == NOW + DAY

    def test_closed_without_reply(self):
        dialogue = Dialogue("H_BUC_01", "H001")
        dialogue.copies[HOST] = close_locally(dialogue.copies[HOST], NOW + DAY)
        assert dialogue.read().stage is Stage.ENDED
        assert dialogue.read().steps[1].state is StepState.LEFT_OUT
