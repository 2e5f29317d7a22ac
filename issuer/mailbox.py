"""Letters to persons and employers: on our own pages, and pushed to the State's mailbox.

A letter is a topic with details; its words are in ``specs/back_office/letters.json``, so everybody
reads it in their own language. It is written in the transaction of what it tells about and is
unique per topic, reference and recipient: told twice, it is one letter.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from esspass.attestations import date_name
from esspass.attestations.specification import LOCALES
from esspass.attestations.wording import choose_locale
from esspass.errors import MalformedError, UnavailableError
from esspass.fetch import Fetcher
from esspass.jose.jws import create_jws
from esspass.keys.certificates import create_x5c
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import KeySigner
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.names import fold_number
from issuer.paging import Paging, find_start

MIGRATIONS = {
    "issuer-letters-001": """
        CREATE TABLE letters (
            id TEXT PRIMARY KEY,
            recipient_kind TEXT NOT NULL,
            recipient TEXT NOT NULL,
            topic TEXT NOT NULL,
            reference TEXT NOT NULL,
            details TEXT NOT NULL,
            record_id TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            read_at BIGINT,
            sent_at BIGINT,
            attempts BIGINT NOT NULL,
            next_at BIGINT NOT NULL,
            UNIQUE (topic, reference, recipient_kind, recipient)
        )""",
    "issuer-letters-002": """
        CREATE INDEX letters_recipient ON letters (recipient_kind, recipient, created_at)""",
    "issuer-letters-004": "CREATE INDEX letters_created ON letters (created_at)",
    "issuer-letters-003": "CREATE INDEX letters_due ON letters (sent_at, next_at)",
}
_FIRST_WAIT, _LONGEST_WAIT = 60, 6 * 3600
_LEASE = 60
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Recipient(StrEnum):
    """Who gets a letter: a person by personal number, an employer by tax number."""

    PERSON = "person"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; ``number`` is the recipient's, folded, times in epoch seconds.

    ``record_id`` names the decision whose document goes with it, empty if none does.
    """

    id: str
    kind: Recipient
    number: str = field(repr=False)
    topic: str
    details: Mapping[str, str] = field(repr=False)
    record_id: str
    created_at: int
    read_at: int | None
    sent_at: int | None

    def subject(self, locale: str) -> str:
        """Return what it is about."""
        return self._fill("subject", locale)

    def text(self, locale: str) -> str:
        """Return what it says."""
        return self._fill("text", locale)

    def _fill(self, part: str, locale: str) -> str:
        words: str = _in_language(_specification()["letters"][self.topic][part], locale)
        return _PLACE.sub(lambda match: self._detail(match[1], locale), words)

    def _detail(self, name: str, locale: str) -> str:
        value = self.details.get(name, "")
        if name.endswith("_day"):
            return date_name(value, locale)
        if name == "reason":
            words = _specification()["reasons"].get(value)
            return _in_language(words, locale) if words else value
        return value


@dataclass(frozen=True, slots=True)
class LetterPage(Paging):
    """One page of the letters, counted from 1."""

    letters: tuple[Letter, ...]


Attach = Callable[[Letter, int], bytes | None]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """All letters of an institution."""

    database: Database

    def post(
        self,
        kind: Recipient,
        number: str,
        topic: str,
        reference: str,
        now: int,
        *,
        details: Mapping[str, str],
        record_id: str = "",
    ) -> bool:
        """Write a letter; False when it was written before. Raises MalformedError."""
        if topic not in _specification()["letters"]:
            raise MalformedError("there are no words for this letter", code="unknown_topic")
        if not fold_number(number):
            raise MalformedError("nobody to write to", code="number_missing")
        return bool(
            self.database.execute(
                "INSERT INTO letters (id, recipient_kind, recipient, topic, reference, details,"
                " record_id, created_at, attempts, next_at) VALUES (:id, :kind, :number, :topic,"
                " :reference, :details, :record_id, :now, 0, :now) ON CONFLICT DO NOTHING",
                id=create_identifier(),
                kind=kind,
                number=fold_number(number),
                topic=topic,
                reference=reference,
                details=json.dumps(dict(details), ensure_ascii=False),
                record_id=record_id,
                now=now,
            )
        )

    def unannounced(self, topic: str, most: int = 50) -> list[str]:
        """Return the decisions that changed others, of which no letter on ``topic`` tells yet."""
        rows = self.database.query(
            "SELECT id FROM records WHERE replaces <> '' AND state <> 'refused'"
            " AND state <> 'pending' AND NOT EXISTS (SELECT 1 FROM letters"
            " WHERE letters.topic = :topic AND letters.reference = records.id)"
            " ORDER BY created_at, id LIMIT :most",
            topic=topic,
            most=most,
        )
        return [str(row["id"]) for row in rows]

    def of(self, kind: Recipient, number: str) -> list[Letter]:
        """Return the letters of a person or an employer, the latest first, at most a hundred."""
        rows = self.database.query(
            "SELECT * FROM letters WHERE recipient_kind = :kind AND recipient = :number"
            " ORDER BY created_at DESC, id LIMIT 100",
            kind=kind,
            number=fold_number(number),
        )
        return [_letter(row) for row in rows]

    def search(
        self,
        kind: Recipient | None = None,
        recipient: str = "",
        number: int = 1,
        size: int = 20,
    ) -> LetterPage:
        """Return a page of the letters, the latest first.

        ``kind`` of recipient and ``recipient``, a personal or tax number, narrow it down.
        """
        params: dict[str, str] = {"recipient_kind": kind} if kind else {}
        if recipient:
            params["recipient"] = fold_number(recipient)
        where = " AND ".join(f"{name} = :{name}" for name in params) or "1 = 1"
        count = f"SELECT count(*) AS n FROM letters WHERE {where}"  # noqa: S608 - names are ours
        total = self.database.query(count, **params)[0]["n"]
        rows = self.database.query(
            f"SELECT * FROM letters WHERE {where} ORDER BY created_at DESC, id"  # noqa: S608
            " LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        return LetterPage(max(number, 1), size, int(total), tuple(map(_letter, rows)))

    def get(self, letter_id: str) -> Letter | None:
        """Return a letter."""
        rows = self.database.query("SELECT * FROM letters WHERE id = :id", id=letter_id)
        return _letter(rows[0]) if rows else None

    def mark_read(self, letter_id: str, now: int) -> None:
        """Note that the recipient opened a letter, for the first time."""
        self.database.execute(
            "UPDATE letters SET read_at = :now WHERE id = :id AND read_at IS NULL",
            id=letter_id,
            now=now,
        )

    def take_due(self, now: int) -> Letter | None:
        """Lease the next letter to be pushed, so that no other process sends it meanwhile."""
        rows = self.database.query(
            "UPDATE letters SET attempts = attempts + 1, next_at = :until WHERE id ="
            " (SELECT id FROM letters WHERE sent_at IS NULL AND next_at <= :now"
            " ORDER BY next_at, id LIMIT 1) AND sent_at IS NULL AND next_at <= :now RETURNING *",
            now=now,
            until=now + _LEASE,
        )
        return _letter(rows[0]) if rows else None

    def mark_sent(self, letter_id: str, now: int) -> None:
        """Note that the State's mailbox took a letter."""
        self.database.execute(
            "UPDATE letters SET sent_at = :now WHERE id = :id", id=letter_id, now=now
        )

    def postpone(self, letter_id: str, now: int) -> None:
        """Try a letter again later: twice as long each time, with jitter."""
        rows = self.database.query("SELECT attempts FROM letters WHERE id = :id", id=letter_id)
        wait = min(_FIRST_WAIT * 2 ** min(int(rows[0]["attempts"]) - 1, 20), _LONGEST_WAIT)
        spread = random.randrange(wait // 4 + 1)  # noqa: S311 - no secret, it spreads the load
        self.database.execute(
            "UPDATE letters SET next_at = :next WHERE id = :id",
            id=letter_id,
            next=now + wait + spread,
        )


@dataclass(frozen=True, slots=True)
class MailboxPush:
    """Pushes letters to ``url``, signed, each until it is taken: at least once, by its ``jti``."""

    mailbox: Mailbox
    url: str | None
    base_url: str
    signer: KeySigner
    fetcher: Fetcher
    attach: Attach

    def deliver_due(self, now: int, most: int = 20) -> int:
        """Send what is due; return how many letters the State's mailbox took."""
        if self.url is None:
            return 0
        count = 0
        for _ in range(most):
            letter = self.mailbox.take_due(now)
            if letter is None:
                break
            count += self._deliver(letter, self.url, now)
        return count

    def _deliver(self, letter: Letter, url: str, now: int) -> bool:
        token = create_letter_token(
            letter, self.base_url, self.signer, now, self.attach(letter, now)
        )
        try:
            status = self.fetcher.post(url, token.encode(), "application/jwt").status
        except (UnavailableError, MalformedError):
            status = 0
        if 200 <= status < 300:
            self.mailbox.mark_sent(letter.id, now)
            return True
        self.mailbox.postpone(letter.id, now)
        return False


def create_letter_token(
    letter: Letter, base_url: str, signer: KeySigner, now: int, pdf: bytes | None = None
) -> str:
    """Sign a letter as a JWS of type ``letter+jwt``.

    ``offer_link`` leads to our page, where the person signs in and takes the document; a code that
    suffices alone is never sent.
    """
    payload: dict[str, Any] = {
        "iss": base_url,
        "jti": letter.id,
        "iat": now,
        "recipient": {"kind": letter.kind.value, "number": letter.number},
        "subject": {locale: letter.subject(locale) for locale in LOCALES},
        "text": {locale: letter.text(locale) for locale in LOCALES},
    }
    if letter.record_id:
        payload["offer_link"] = f"{base_url}/letters/{letter.id}"
    if pdf is not None:
        payload["pdf"] = encode_base64url(pdf)
    header = {"typ": "letter+jwt", "x5c": create_x5c(signer.certificates)}
    return create_jws(header, payload, signer)


def _in_language(words: Mapping[str, str], locale: str) -> str:
    return words.get(choose_locale(locale)) or words[LOCALES[0]]


@cache
def _specification() -> Any:
    path = files("specs").joinpath("back_office", "letters.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _letter(row: Row) -> Letter:
    return Letter(
        row["id"], Recipient(row["recipient_kind"]), row["recipient"], row["topic"],
        json.loads(row["details"]), row["record_id"], row["created_at"], row["read_at"],
        row["sent_at"],
    )  # fmt: skip
