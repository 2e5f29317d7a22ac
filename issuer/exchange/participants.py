"""X100: what changed about the participants of our cases, from one directory to the next.

Each institution computes it from the signed directory, so nobody has to send it. It is noted in
every open case with the institution; a partner that is no longer competent, or gone, is a task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from esspass.exchange.model import Case, Message, MessageAction
from esspass.exchange.partners import Change, ParticipantChange, find_changes, require_directory
from esspass.jose.jws import create_json, parse_json
from esspass.storage import Database
from esspass.trust import Institution, InstitutionDirectory, TrustView
from esspass.trust.directory import parse_institution, write_institution
from issuer.bearer import create_identifier
from issuer.exchange.keeping import Keeper

MIGRATIONS = {
    "issuer-exchange-partners-001": """
        CREATE TABLE exchange_partners (
            institution_id TEXT PRIMARY KEY,
            institution TEXT,
            sequence_number BIGINT NOT NULL
        )""",
}
PARTNER_CHANGED = "partner_changed"
_LOST = frozenset({Change.LEFT, Change.NOT_COMPETENT})


@dataclass(frozen=True, slots=True)
class Participants:
    """What we last knew of every institution of the exchange; ``me`` is ours."""

    me: str
    database: Database
    view: Callable[[int], TrustView]
    keeper: Keeper

    def watch(self, now: int) -> int:
        """Note what a new issue of the directory changes; return how many changes.

        Raises UndecidedError when there is no current directory.
        """
        directory = require_directory(self.view(now).directory, now)
        known, number = self._known()
        if number >= directory.sequence_number:
            return 0
        before = replace(directory, institutions=known)
        changes = find_changes(before, directory, now) if number else ()
        for institution_id in _names(before, directory):
            mine = [change for change in changes if change.institution_id == institution_id]
            self._note(directory, institution_id, mine, now)
        return len(changes)

    def _known(self) -> tuple[tuple[Institution, ...], int]:
        """Return who takes part, and the oldest issue that any of it stands for.

        Who left stays as a row of the issue in which it did, and says nothing of later ones.
        """
        rows = self.database.query(
            "SELECT institution, sequence_number FROM exchange_partners"
            " WHERE institution IS NOT NULL"
        )
        institutions = tuple(parse_institution(parse_json(row["institution"])) for row in rows)
        return institutions, min((int(row["sequence_number"]) for row in rows), default=0)

    def _note(
        self,
        directory: InstitutionDirectory,
        institution_id: str,
        changes: Sequence[ParticipantChange],
        now: int,
    ) -> None:
        found = directory.find(institution_id)
        with self.database.atomic():
            noted = self.database.execute(
                "INSERT INTO exchange_partners (institution_id, institution, sequence_number)"
                " VALUES (:id, :institution, :number) ON CONFLICT (institution_id) DO UPDATE"
                " SET institution = excluded.institution,"
                " sequence_number = excluded.sequence_number"
                " WHERE exchange_partners.sequence_number < excluded.sequence_number",
                id=institution_id,
                institution=create_json(write_institution(found)).decode() if found else None,
                number=directory.sequence_number,
            )
            if noted and changes and institution_id != self.me:
                for case in self.keeper.cases.open_with(institution_id):
                    self._tell(case, changes, directory.sequence_number, now)

    def _tell(
        self, case: Case, changes: Sequence[ParticipantChange], number: int, now: int
    ) -> None:
        """Note in a case what concerns it."""
        concerning = [c for c in changes if c.case_type in (None, case.type)]
        if not concerning:
            return
        self.keeper.note(create_change_notice(case, concerning, now), now)
        lost = [c for c in concerning if c.change in _LOST]
        for change in lost:
            reference = f"{case.id}/{change.institution_id}/{number}"
            self.keeper.tasks.add(
                PARTNER_CHANGED, now, case_id=case.id, reference=reference, due_at=now,
                detail=change.institution_id,
            )  # fmt: skip


def create_change_notice(case: Case, changes: Sequence[ParticipantChange], now: int) -> Message:
    """Return the X100 that tells one institution's changes in a case."""
    return Message(
        message_id=create_identifier(),
        case_id=case.id,
        case_type=case.type,
        case_version=case.version,
        sed="X100",
        set_id=create_identifier(),
        version=1,
        action=MessageAction.NEW,
        sender=changes[0].institution_id,
        receivers=(case.me,),
        sent_at=now,
        content={"ChangesParticipants": [_describe(change) for change in changes]},
    )


def _describe(change: ParticipantChange) -> dict[str, object]:
    described: dict[str, object] = {
        "Institution": {"institutionID": change.institution_id},
        "typeChange": change.change.value,
    }
    return described | ({"BUCType": change.case_type} if change.case_type else {})


def _names(before: InstitutionDirectory, after: InstitutionDirectory) -> list[str]:
    return sorted({i.institution_id for i in (*before.institutions, *after.institutions)})
