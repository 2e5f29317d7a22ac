"""From a draft to a message: what it will do is shown first, then it is sent, once.

The preview asks the engine itself: it applies the message to a copy of the case that nobody keeps.
Where the institution wants two people behind each message, one proposes and another sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.exchange.deadlines import find_deadlines
from esspass.exchange.engine import apply_message, create_message, create_start, open_case
from esspass.exchange.form import parse_form
from esspass.exchange.model import (
    Action,
    Case,
    Deadline,
    Draft,
    Message,
    MessageAction,
    RefusedMessageError,
)
from esspass.exchange.subject import create_subject
from issuer.exchange.desk import CaseView, Desk, NewAttachment, create_ids, describe_files
from issuer.exchange.drafts import Drafts, KeptDraft, Place
from issuer.four_eyes import (
    SECOND,
    NotApproverError,
    SamePersonError,
    SecondPersonNeededError,
)
from issuer.staff import Member

_NEW_CASE = "new"
_CODE, _NAME = "institutionID", "institutionName"
_MAX_NAME = 155  # characters, of the schema


@dataclass(frozen=True, slots=True)
class Composed:
    """What a draft says: content, receivers (None: all that it concerns), files."""

    place: Place
    content: Mapping[str, Any] = field(repr=False)
    receivers: Sequence[str] | None
    files: Sequence[NewAttachment]

    @property
    def about(self) -> dict[str, str | None]:
        """The document it is a new version of, or the one it answers or is about."""
        set_id = self.place.about or None
        return {
            "set_id": set_id if self.place.update else None,
            "related_set_id": None if self.place.update else set_id,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What a message would do; ``before`` is None when it opens the case."""

    message: Message
    before: Case | None
    after: Case

    @property
    def started(self) -> tuple[Deadline, ...]:
        """The deadlines that begin with it."""
        return _without(find_deadlines(self.after), self._old)

    @property
    def ended(self) -> tuple[Deadline, ...]:
        """The deadlines that end with it."""
        return _without(self._old, find_deadlines(self.after))

    @property
    def _old(self) -> tuple[Deadline, ...]:
        return find_deadlines(self.before) if self.before else ()


@dataclass(frozen=True, slots=True)
class DraftOffice:
    """Drafts on their way out; with ``approval`` nobody sends alone what they wrote."""

    drafts: Drafts
    desk: Desk
    approval: bool

    def compose(self, draft: KeptDraft, now: int) -> Composed:
        """Read what was typed. Raises UnknownCaseError, RefusedMessageError."""
        place, typed = draft.place, self._name(parse_form(draft.place.sed, draft.form), now)
        chosen = tuple(draft.form.get("receivers", ()))
        files = self.drafts.files(draft.id)
        if not place.case_id:
            return Composed(place, typed, chosen, files)
        view = self.desk.view(place.case_id)
        action = find_action(self.desk.actions(place.case_id, now), place, now)
        if action is None:
            raise RefusedMessageError("the case offers this message no longer")
        known, _ = split_subject(place.sed, view)
        receivers = chosen if is_picked(action) else None
        return Composed(place, {**typed, **known}, receivers, files)

    def _name(self, content: dict[str, Any], now: int) -> dict[str, Any]:
        """Write the names of institutions beside their codes, as the directory has them."""
        directory = self.desk.view_of(now).directory
        institutions = directory.institutions if directory else ()
        named = {each.institution_id: each.entity for each in institutions}
        return {member: _name_inside(value, named) for member, value in content.items()}

    def preview(self, composed: Composed, now: int) -> Preview:
        """Say what a message would do. Raises all that ``Desk.start`` and ``Desk.send`` raise."""
        place, receivers = composed.place, composed.receivers
        draft = Draft(
            place.sed, composed.content, **composed.about,
            attachments=describe_files(composed.files),
            receivers=None if receivers is None else tuple(receivers),
        )  # fmt: skip
        if not place.case_id:
            message = create_start(
                place.case_type, _NEW_CASE, draft, self.desk.me, create_ids(), now
            )
            self.desk.verify(message, now)
            return Preview(message, None, open_case(message, self.desk.me))
        case, _ = self.desk.keeper.cases.get(place.case_id)
        message = create_message(case, draft, create_ids(), now)
        self.desk.verify(message, now)
        return Preview(message, case, apply_message(case, message, now))

    def send(self, draft: KeptDraft, member: Member, now: int) -> str:
        """Send one's own draft as it was looked at; return its case's id.

        Raises SecondPersonNeededError, ChangedDraftError and what ``Desk.send`` raises: then the
        draft stays.
        """
        if self.approval:
            raise SecondPersonNeededError
        self.desk.view_of(now)  # asked for here: a transaction must not wait for the network
        with self.drafts.database.atomic():
            composed = self.compose(draft, now)
            self.drafts.take_own(draft.id, draft.revision, member.id)
            return self._send(composed, member.name, now)

    def approve(self, draft: KeptDraft, member: Member, now: int) -> str:
        """Agree to what a colleague wrote, and send it; return its case's id.

        Raises NotApproverError, SamePersonError, ChangedDraftError and what ``Desk.send`` raises.
        """
        verify_second(draft, member)
        self.desk.view_of(now)
        with self.drafts.database.atomic():
            composed = self.compose(draft, now)
            self.drafts.take_proposed(draft.id, draft.revision, member.id)
            return self._send(composed, f"{draft.clerk_name}, {member.name}", now)

    def send_back(self, draft: KeptDraft, member: Member, remark: str) -> None:
        """Refuse to agree. Raises NotApproverError, SamePersonError, ChangedDraftError."""
        verify_second(draft, member)
        self.drafts.send_back(draft.id, draft.revision, member.id, remark)

    def _send(self, composed: Composed, actor: str, now: int) -> str:
        place = composed.place
        if not place.case_id:
            return self.desk.start(
                place.case_type, composed.receivers or (), place.sed, composed.content, now,
                attachments=composed.files, actor=actor,
            )  # fmt: skip
        self.desk.send(
            place.case_id, place.sed, composed.content, now, attachments=composed.files,
            actor=actor, receivers=composed.receivers, set_id=composed.about.get("set_id"),
            related_set_id=composed.about.get("related_set_id"),
        )  # fmt: skip
        return place.case_id


def verify_second(draft: KeptDraft, member: Member) -> None:
    """Check that a member may agree. Raises SamePersonError, NotApproverError."""
    if draft.clerk == member.id:
        raise SamePersonError
    if member.role not in SECOND:
        raise NotApproverError


def find_action(actions: Iterable[Action], place: Place, now: int) -> Action | None:
    """Return the action that is meant, if it is possible now."""
    for action in actions:
        same = action.sed == place.sed
        same = same and (action.action is MessageAction.UPDATE) is place.update
        about = (action.set_id or action.related_set_id, action.related_set_id)
        if same and (place.about or None) in about:
            if action.local or action.system or action.available_at > now:
                continue
            return action
    return None


def is_picked(action: Action) -> bool:
    """Say whether the clerk chooses who of several gets the message."""
    return action.pick and len(action.receivers) > 1


def split_subject(sed: str, view: CaseView) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a case knows for certain of a message's subject, and what is likely.

    A message may be about another document than those before it.
    """
    subject = create_subject(sed, view.contents)
    certain = [name for name in subject if name != "PortableDocument" or sed.startswith("DA")]
    known = {name: subject[name] for name in certain}
    return known, {name: value for name, value in subject.items() if name not in known}


def _name_inside(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_name_inside(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {member: _name_inside(each, names) for member, each in value.items()}
    name = names.get(str(inside.get(_CODE, "")))
    return {**inside, _NAME: name[:_MAX_NAME]} if name else inside


def _without(found: Sequence[Deadline], others: Sequence[Deadline]) -> tuple[Deadline, ...]:
    known = {_key(each) for each in others}
    return tuple(each for each in found if _key(each) not in known)


def _key(deadline: Deadline) -> tuple[str, str, int]:
    return deadline.kind, deadline.whose, deadline.due_at
