"""The boundary to an AS4 gateway: a folder in which both leave files for each other.

``out/ID/`` holds a message for the gateway: ``document.xml`` and its files. ``receipts/ID/`` is
where the gateway leaves the receipt of each receiver, ``in/NAME/`` a message it got, with
``evidence.xml`` (what signed it there) beside. What was taken moves to ``done``, what was refused
to ``refused``. A folder appears under its name only when it is whole.

Signatures do not cross: our JWS and their XML signature are both kept, and a row says which JSON
became which XML (``Crossing``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from esspass.errors import (
    EsspassError,
    MalformedError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.exchange.as4 import Crossing, export_message, import_message
from esspass.exchange.as4.document import MAX_XML
from esspass.exchange.envelope import Received, create_digest, verify_not_early
from esspass.exchange.model import Message, Role
from esspass.exchange.partners import find_entry, require_directory, verify_sender
from esspass.exchange.wire import MAX_ATTACHMENTS, verify_file_name
from esspass.storage import Database
from esspass.trust import TrustView
from issuer.bearer import create_identifier
from issuer.exchange.inbox import Inbox
from issuer.exchange.keeping import Keeper
from issuer.exchange.log import IN, OUT, Entry
from issuer.exchange.outbox import DeliveryStatus

SCHEME = "as4:"
"""How the address of an institution begins that is reached over AS4 only."""
DOCUMENT, EVIDENCE = "document.xml", "evidence.xml"
MIGRATIONS = {
    "issuer-exchange-crossings-001": """
        CREATE TABLE exchange_crossings (
            message_id TEXT NOT NULL,
            direction TEXT NOT NULL,
            json_digest TEXT NOT NULL,
            xml_digest TEXT NOT NULL,
            step TEXT NOT NULL,
            document TEXT NOT NULL,
            evidence TEXT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (message_id, direction)
        )""",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The folder ``folder``, shared with the gateway of the institution ``me``."""

    me: str
    folder: Path
    view: Callable[[int], TrustView]
    keeper: Keeper
    inbox: Inbox

    def hand_over(self, entry: Entry, since: int, now: int) -> None:
        """Leave a message for the gateway, once since it was queued at ``since``.

        Raises MalformedError for what XML cannot say, UnavailableError ``no_gateway``.
        """
        if self._handed_over_at(entry.message.message_id) >= since:
            return
        case, _ = self.keeper.cases.get(entry.message.case_id)
        document, crossing = export_message(entry.message, _Roles(case.owner))
        target = self.folder / "out" / entry.message.message_id
        if not target.exists():
            _write_whole(target, {**self._name_files(entry.message), DOCUMENT: document})
        self._note(crossing, OUT, document, "", now)

    def _name_files(self, message: Message) -> dict[str, bytes]:
        """Return the files by name; in a folder, unlike in an envelope, names must differ."""
        files = self.keeper.log.attachments(message)
        named = {each.name: files[each.sha256] for each in message.attachments}
        if len(named) < len(files) or named.keys() & {DOCUMENT, EVIDENCE}:
            raise MalformedError("two files have the same name", code="bad_file_name")
        return named

    def _handed_over_at(self, message_id: str) -> int:
        rows = self.database.query(
            "SELECT at FROM exchange_crossings WHERE message_id = :id AND direction = :out",
            id=message_id,
            out=OUT,
        )
        return int(rows[0]["at"]) if rows else -1

    def find_receipt(self, message_id: str, receiver: str) -> tuple[str, int] | None:
        """Return the receipt the gateway left, and when it did (epoch seconds)."""
        path = self.folder / "receipts" / message_id / f"{receiver.replace(':', '-')}.xml"
        if not path.is_file() or path.stat().st_size > MAX_XML:
            return None
        return path.read_text(encoding="utf-8", errors="replace"), int(path.stat().st_mtime)

    def take_due(self, now: int) -> int:
        """Take what the gateway brought; return how many messages were taken.

        A folder that cannot be read or moved is left there, and stops no other.
        """
        taken = 0
        for each in self._brought():
            try:
                taken += self._take(each, now)
            except OSError as error:
                _log.warning("a folder of the gateway cannot be taken: %s", type(error).__name__)
        return taken

    def _brought(self) -> Iterator[Path]:
        incoming = self.folder / "in"
        if incoming.is_dir():
            yield from sorted(e for e in incoming.iterdir() if (e / DOCUMENT).is_file())

    def _take(self, brought: Path, now: int) -> bool:
        document = _read(brought / DOCUMENT)
        try:
            message, crossing = import_message(document)
            self._verify(message, now)
            message = self._complete(message)
            signed = f"{SCHEME}{crossing.xml_digest}"
            files = _read_files(brought, message)
            digest = create_digest(signed.encode("ascii"))
            self.inbox.take(Received(message, files, signed, digest), now)
        except UndecidedError:
            return False  # the directory speaks later
        except (MalformedError, VerificationError) as error:
            self._refuse(brought, error, document, now)
            return False
        evidence = brought / EVIDENCE
        kept = _read(evidence).decode("utf-8", "replace") if evidence.is_file() else ""
        self._note(crossing, IN, document, kept, now)
        self._move(brought, "done")
        return True

    def _verify(self, message: Message, now: int) -> None:
        """What an envelope's signature says otherwise, the gateway vouches for."""
        directory = require_directory(self.view(now).directory, now)
        entry = find_entry(directory, message.sender)
        if not entry.endpoint.startswith(SCHEME):
            raise VerificationError("this sender signs its messages", code="unsigned")
        if self.me not in message.receivers:
            raise VerificationError("a message for somebody else", code="wrong_receiver")
        verify_not_early(message, now)
        verify_sender(entry, message, now)

    def _complete(self, message: Message) -> Message:
        """Say for a sender that cannot what it had seen: all that was delivered to it."""
        found = self.keeper.cases.find(message.case_id)
        if message.after or found is None:
            return message
        delivered = {
            delivery.message_id
            for delivery in self.keeper.outbox.of_case(message.case_id)
            if (delivery.receiver, delivery.status) == (message.sender, DeliveryStatus.DELIVERED)
        }
        seen = [
            step.message_id
            for step in found[0].log
            if step.sender == message.sender or step.message_id in delivered
        ]
        latest = {step.sender: step.message_id for step in found[0].log if step.message_id in seen}
        return replace(message, after={self.me: tuple(latest.values())})

    def _refuse(self, brought: Path, error: EsspassError, document: bytes, now: int) -> None:
        _log.warning("a message of the gateway was refused: %s", error.code)
        self.inbox.refusals.add("", create_digest(document), error.code, now)
        self._move(brought, "refused")

    def _move(self, brought: Path, where: str) -> None:
        target = self.folder / where / brought.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # the gateway brought it twice under one name
            target = target.with_name(f"{target.name}-{create_identifier()}")
        brought.replace(target)

    def _note(
        self, crossing: Crossing, direction: str, document: bytes, evidence: str, now: int
    ) -> None:
        self.database.execute(
            "INSERT INTO exchange_crossings (message_id, direction, json_digest, xml_digest, step,"
            " document, evidence, at) VALUES (:message_id, :direction, :json_digest, :xml_digest,"
            " :step, :document, :evidence, :now) ON CONFLICT (message_id, direction)"
            " DO UPDATE SET at = excluded.at WHERE excluded.direction = 'out'",
            message_id=crossing.message_id,
            direction=direction,
            json_digest=crossing.json_digest,
            xml_digest=crossing.xml_digest,
            step=crossing.schema or "",
            document=document.decode("utf-8"),
            evidence=evidence.replace("\0", ""),
            now=now,
        )

    @property
    def database(self) -> Database:
        """Where it keeps what crossed."""
        return self.keeper.database


class _Roles(Mapping[str, Role]):
    """The role of every institution in a case of ``owner``."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def __getitem__(self, institution: str) -> Role:
        return Role.CASE_OWNER if institution == self.owner else Role.COUNTERPARTY

    def __iter__(self) -> Iterator[str]:
        return iter((self.owner,))

    def __len__(self) -> int:
        return 1


def _write_whole(target: Path, files: Mapping[str, bytes]) -> None:
    draft = target.with_name(f".{target.name}")
    try:
        draft.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            verify_file_name(name)
            (draft / name).write_bytes(data)
        draft.replace(target)
    except OSError as error:
        raise UnavailableError("the gateway's folder takes nothing", code="no_gateway") from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_XML + 1)


def _read_files(brought: Path, message: Message) -> dict[str, bytes]:
    """Return the files a message names, by SHA-256. Raises VerificationError if one is altered."""
    if len(message.attachments) > MAX_ATTACHMENTS:
        raise MalformedError("a message has at most 20 attachments", code="too_large")
    found: dict[str, bytes] = {}
    for each in message.attachments:
        verify_file_name(each.name)
        path = brought / each.name
        data = _read(path) if path.is_file() and not path.is_symlink() else b""
        if create_digest(data) != each.sha256 or len(data) != each.size:
            raise VerificationError("a file is not the one named", code="altered_attachment")
        found[each.sha256] = data
    return found
