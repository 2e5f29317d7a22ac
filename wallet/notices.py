"""Notices: what institutions say became of the documents held here, as far as was asked.

Each card keeps the latest answer, sealed. The words are the institution's own, one sentence in
several languages, shown as plain text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from esspass.attestations import parse_day
from esspass.errors import MalformedError
from esspass.openid4vci.members import read_integer, read_string
from esspass.storage import Database
from wallet.presentation_request import choose_text
from wallet.sealing import SealingKey
from wallet.type_metadata import clean_text

MIGRATIONS = {
    "wallet-notices-001": """
        CREATE TABLE wallet_notices (
            credential_id TEXT PRIMARY KEY,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL
        )""",
}
MAX_NOTICES = 100
_MAX_CODE, _MAX_SENTENCE = 64, 400


@dataclass(frozen=True, slots=True)
class Notice:
    """One change. ``effective_from`` is an ISO day, ``at`` epoch seconds, ``reason`` a code.

    ``sentence`` is by language; ``successor`` the number of the document that follows.
    """

    document_number: str
    status: str
    reason: str
    effective_from: str
    at: int
    sentence: Mapping[str, str] = field(default_factory=dict)
    renewable: bool = False
    successor: str = ""

    def say(self, locale: str) -> str:
        """Return the institution's sentence, in this language if there is one in it."""
        return choose_text(self.sentence, locale)


@dataclass(frozen=True, slots=True)
class Notices:
    """The latest answer for each card."""

    database: Database
    server_key: SealingKey

    def keep(self, holder_id: str, credential_id: str, found: Sequence[Notice], now: int) -> None:
        """Keep an answer in the place of the one before."""
        members = {"asked_at": now, "notices": [asdict(notice) for notice in found]}
        self.database.execute(
            "INSERT INTO wallet_notices VALUES (:id, :holder_id, :sealed)"
            " ON CONFLICT (credential_id) DO UPDATE SET sealed = excluded.sealed"
            " WHERE wallet_notices.holder_id = excluded.holder_id",
            id=credential_id,
            holder_id=holder_id,
            sealed=self.server_key.seal_json(members, holder_id, credential_id),
        )

    def of(self, holder_id: str, credential_id: str) -> tuple[Notice, ...]:
        """Return what was answered last, the latest change first; nothing if never asked."""
        rows = self.database.query(
            "SELECT sealed FROM wallet_notices WHERE credential_id = :id"
            " AND holder_id = :holder_id",
            id=credential_id,
            holder_id=holder_id,
        )
        if not rows:
            return ()
        members = self.server_key.unseal_json(str(rows[0]["sealed"]), holder_id, credential_id)
        return tuple(Notice(**each) for each in members["notices"])

    def delete(self, holder_id: str, credential_id: str) -> None:
        """Forget what was said about a card."""
        self.database.execute(
            "DELETE FROM wallet_notices WHERE credential_id = :id AND holder_id = :holder_id",
            id=credential_id,
            holder_id=holder_id,
        )

    def delete_all(self, holder_id: str) -> None:
        """Forget everything of a holder."""
        self.database.execute(
            "DELETE FROM wallet_notices WHERE holder_id = :holder_id", holder_id=holder_id
        )


def parse_notices(document: Mapping[str, Any], document_number: str) -> tuple[Notice, ...]:
    """Read the notices about one document. Raises MalformedError ``notices_malformed``."""
    entries = document.get("notices")
    if not isinstance(entries, list) or len(entries) > MAX_NOTICES:
        raise MalformedError("not a list of notices", code="notices_malformed")
    try:
        found = [_parse_notice(entry) for entry in entries]
    except MalformedError as error:
        raise MalformedError("not a notice", code="notices_malformed") from error
    return tuple(notice for notice in found if notice.document_number == document_number)


def _parse_notice(entry: Any) -> Notice:
    if not isinstance(entry, Mapping) or parse_day(entry.get("effective_from")) is None:
        raise MalformedError("a notice takes effect on a day")
    return Notice(
        document_number=clean_text(read_string(entry, "document_number"), _MAX_CODE),
        status=clean_text(read_string(entry, "status"), _MAX_CODE),
        reason=clean_text(read_string(entry, "reason"), _MAX_CODE),
        effective_from=entry["effective_from"],
        at=read_integer(entry, "at"),
        sentence=read_sentence(entry.get("sentence")),
        renewable=entry.get("renewable") is True,
        successor=clean_text(entry.get("successor"), _MAX_CODE),
    )


def read_sentence(value: Any) -> dict[str, str]:
    """Return a text by language, cleaned; what is no text is left out."""
    entries = list(value.items())[:64] if isinstance(value, Mapping) else []
    texts = {str(tag)[:35]: clean_text(text, _MAX_SENTENCE) for tag, text in entries}
    return {tag: text for tag, text in texts.items() if text}
