"""Institutions with a copy each, and messages between them that are late but never lost.

Whatever the engine offers is done by whoever's turn it is; messages of one institution to another
arrive in their order, those of different ones in any.
"""

from collections import defaultdict

from esspass.exchange.engine import (
    apply_message,
    close_locally,
    create_message,
    create_relay_content,
    create_start,
    find_actions,
    open_case,
)
from esspass.exchange.model import CaseStatus, Draft, NewIds, RefusedMessageError

INSTITUTIONS = ("LT:1000", "EL:2000", "RO:3000", "PL:4000", "DE:5000", "FR:6000")
NOW = 1_800_000_000
DAY = 86_400


def institutions(*names):
    return [{"institutionID": name} for name in names]


class Network:
    """All copies of one case. ``choose`` picks an element, as a test or a random source likes."""

    def __init__(self, kind, choose):
        self.kind, self.choose = kind, choose
        self.copies, self.channels = {}, defaultdict(list)
        self.now, self.count = NOW, 0
        self.sent, self.refused = [], []

    def ids(self):
        self.count += 1
        return NewIds(f"message-{self.count:04}", f"document-{self.count:04}")

    def start(self, receivers, sed=None, content=None):
        owner = INSTITUTIONS[0]
        draft = Draft(sed or self.kind.starters()[0], content or {}, receivers=tuple(receivers))
        message = create_start(self.kind.id, "case-0001", draft, owner, self.ids(), self.now)
        self.copies[owner] = open_case(message, owner)
        return self._post(message)

    def send(self, me, sed, content=None, **about):
        draft = Draft(sed, content or {}, **about)
        message = create_message(self.copies[me], draft, self.ids(), self.now)
        self.copies[me] = apply_message(self.copies[me], message, self.now)
        return self._post(message)

    def _post(self, message):
        self.sent.append(message)
        for receiver in message.receivers:
            self.channels[message.sender, receiver].append(message)
        return message

    def deliver(self, sender, receiver):
        """Hand over the next message; False if the receiver lacks what it builds on."""
        message = self.channels[sender, receiver][0]
        try:
            copy = self.copies.get(receiver)
            self.copies[receiver] = (
                apply_message(copy, message, self.now) if copy else open_case(message, receiver)
            )
        except RefusedMessageError as error:
            if error.code != "reordered":
                raise
            return False
        self.channels[sender, receiver].pop(0)
        return True

    def deliver_any(self):
        waiting = [channel for channel, messages in self.channels.items() if messages]
        while waiting:
            channel = self.choose(waiting)
            if self.deliver(*channel):
                return True
            waiting.remove(channel)
        assert not any(self.channels.values()), "messages that nobody can take"
        return False

    def rest(self):
        """Deliver everything, and do all that the engine does by itself."""
        for _ in range(2000):
            if not self.deliver_any() and not self._act_by_itself():
                return
        raise AssertionError("the institutions never come to rest")

    def _act_by_itself(self):
        for me, copy in self.copies.items():
            for action in find_actions(copy, self.now):
                if action.automatic:
                    self.do(me, action)
                    return True
        return False

    def actions(self, me):
        return [a for a in find_actions(self.copies[me], self.now) if a.available_at <= self.now]

    def do(self, me, action):
        if action.local:
            self.copies[me] = close_locally(self.copies[me], self.now)
            return
        content = self._write(me, action)
        if content is not None:
            self.send(
                me, action.sed, content, set_id=action.set_id,
                related_set_id=action.related_set_id, receivers=self._pick(action),
            )  # fmt: skip

    def _pick(self, action):
        return (self.choose(action.receivers),) if action.pick and self.choose((0, 1)) else None

    def _write(self, me, action):
        copy = self.copies[me]
        known = {*copy.participants, *copy.former}
        strangers = [name for name in INSTITUTIONS if name not in known]
        if action.automatic and action.sed == "X100":
            return create_relay_content(copy)
        if action.sed in ("X005", "X007"):
            listed = (
                {"InstitutionsToAdd": institutions(self.choose(strangers))} if strangers else {}
            )
            return (listed if action.sed == "X005" else {"Forwarding": listed}) if listed else None
        if action.sed == "X006":
            others = [name for name in copy.participants if name not in (me, copy.owner)]
            return {"InstitutionsToRemove": institutions(self.choose(others))}
        if action.sed == "X004":
            return {"DecisionReopening": {"decision": self.choose(("01", "02"))}}
        if action.sed == "S072":
            return self.choose(({"Entitlement": {"Entitled": {}}}, {}))
        return {}

    def find_disagreements(self):
        """What two institutions that are in the case hold differently."""
        inside = [c for c in self.copies.values() if c.status is not CaseStatus.ARCHIVED]
        shapes = {
            (c.owner, c.participants, c.former, c.status is CaseStatus.OPEN or c.locally_closed)
            for c in inside
        }
        found = [] if len(shapes) < 2 else [shapes]
        if inside and {copy.me for copy in inside} != set(inside[0].participants):
            found.append("somebody takes part without a copy")
        for copy in inside:
            for document in copy.documents:
                if document.sender == copy.me:
                    found += [
                        (document, name)
                        for name in document.receivers
                        if name in copy.participants
                        and not self._agrees(document, self.copies[name], name)
                    ]
        return found

    def _agrees(self, document, copy, name):
        theirs = next((each for each in copy.documents if each.set_id == document.set_id), None)
        return theirs is not None and _outline(theirs, name) == _outline(document, name)


def _outline(document, receiver):
    return (
        document.sed, document.version, document.receivers, document.latest_at,
        document.related_set_id, document.status == "invalidated",
        receiver in document.rejected_by,
    )  # fmt: skip
