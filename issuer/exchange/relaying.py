"""What the machine sends by itself: to those who joined a case, what they have not got.

That is the latest version of each document they ought to have, and who else is in the case (X100).
"""

from __future__ import annotations

from dataclasses import dataclass

from esspass.errors import MalformedError, UndecidedError, VerificationError
from esspass.exchange.engine import create_relay_content, find_actions
from esspass.exchange.model import Action, Attachment, Case, Draft, MessageAction
from issuer.exchange.desk import Desk, NewAttachment
from issuer.exchange.reactions import FAILED


@dataclass(frozen=True, slots=True)
class Relay:
    """Sends for a desk."""

    desk: Desk

    def send_due(self, now: int, most: int = 20) -> int:
        """Send what the engine sends by itself; return how many messages."""
        sent = 0
        for case in self.desk.keeper.cases.to_relay(most):
            try:
                sent += self._send(case.id, now)
            except UndecidedError:  # no directory, or somebody was faster: another time
                continue
            except (MalformedError, VerificationError) as error:
                self._leave_to_clerk(case, error.code, now)
        return sent

    def _send(self, case_id: str, now: int) -> bool:
        """Send one message, once, and never what the case has moved on from."""
        case, revision = self.desk.keeper.cases.get(case_id)
        for action in find_actions(case, now):
            if action.automatic and action.available_at <= now:
                draft = self._draft(case, action)
                files = [self._read_file(case_id, each) for each in draft.attachments]
                self.desk.send_draft((case, revision), draft, files, now)
                return True
        return False

    def _draft(self, case: Case, action: Action) -> Draft:
        """Say who is in the case, or the latest version of a document once more."""
        if action.action is not MessageAction.UPDATE:
            return Draft(action.sed, create_relay_content(case))
        messages = (entry.message for entry in self.desk.keeper.log.of_case(case.id))
        versions = [each for each in messages if each.set_id == action.set_id]
        latest = max(versions, key=lambda each: each.version)
        return Draft(latest.sed, latest.content, latest.set_id, attachments=latest.attachments)

    def _read_file(self, case_id: str, file: Attachment) -> NewAttachment:
        data = self.desk.attachment(case_id, file.sha256)
        return NewAttachment(file.name, file.media_type, data)

    def _leave_to_clerk(self, case: Case, code: str, now: int) -> None:
        keeper = self.desk.keeper
        with keeper.database.atomic():
            keeper.cases.stop_relay(case.id)
            keeper.tasks.add(
                FAILED, now, case_id=case.id, reference=f"{case.id}/{case.changed_at}",
                due_at=now, detail=code,
            )  # fmt: skip
