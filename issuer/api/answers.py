"""What was answered to a call, so that the same call again is the same one, carried out once.

A client names its call (``Idempotency-Key``). The work and its answer are one transaction: killed
in between, neither happened. Answers may hold personal data, so each is sealed under a key that
this app derives from the client's own name for the call, which is not kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from esspass.errors import ProtocolError
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.storage import Database
from issuer.bearer import KeyedHash

MIGRATIONS = {
    "issuer-api-answers-001": """
        CREATE TABLE api_answers (
            name_hash TEXT PRIMARY KEY,
            call_hash TEXT NOT NULL,
            status BIGINT NOT NULL,
            sealed TEXT NOT NULL,
            at BIGINT NOT NULL
        )""",
    "issuer-api-answers-002": "CREATE INDEX api_answers_at ON api_answers (at)",
}
KEPT = 24 * 3600
"""In seconds: how long a call keeps its name."""
_NONCE = 12
_NAME, _CALL, _SEAL = "api call name", "api call", "api answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the bytes of a JSON body."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call: who calls, the client's name for it, and all that was asked."""

    client_id: str
    name: str = field(repr=False)
    asked: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of the last day."""

    database: Database
    keyed: KeyedHash

    def once(self, call: NamedCall, work: Callable[[], Answer], now: int) -> tuple[Answer, bool]:
        """Carry a call out, or return what was answered before, and whether it was before.

        What is refused leaves nothing and may be tried again. Raises ProtocolError 422
        ``idempotency_key_reused`` for another call of the same name, and as ``work``.
        """
        named = f"{call.client_id}\0{call.name}"
        name_hash, call_hash = self.keyed.derive(_NAME, named), self.keyed.derive(_CALL, call.asked)
        cipher = AESGCM(self.keyed.digest(_SEAL, named))
        with self.database.atomic():
            if not self._claim(name_hash, call_hash, now):
                return self._read(name_hash, call_hash, cipher), True
            answer, nonce = work(), os.urandom(_NONCE)
            sealed = nonce + cipher.encrypt(nonce, answer.body, name_hash.encode())
            self.database.execute(
                "UPDATE api_answers SET status = :status, sealed = :sealed WHERE name_hash = :name",
                status=answer.status,
                sealed=encode_base64url(sealed),
                name=name_hash,
            )
        return answer, False

    def _claim(self, name_hash: str, call_hash: str, now: int) -> bool:
        """Take a name; whoever comes second waits here until the first is through."""
        return bool(
            self.database.execute(
                "INSERT INTO api_answers (name_hash, call_hash, status, sealed, at)"
                " VALUES (:name, :call, 0, '', :now) ON CONFLICT DO NOTHING",
                name=name_hash,
                call=call_hash,
                now=now,
            )
        )

    def _read(self, name_hash: str, call_hash: str, cipher: AESGCM) -> Answer:
        rows = self.database.query(
            "SELECT status, sealed FROM api_answers WHERE name_hash = :name AND call_hash = :call",
            name=name_hash,
            call=call_hash,
        )
        if not rows:
            raise ProtocolError(
                "another call had this key", code="idempotency_key_reused", status=422
            )
        sealed = decode_base64url(rows[0]["sealed"])
        body = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name_hash.encode())
        return Answer(int(rows[0]["status"]), body)

    def purge(self, now: int) -> int:
        """Drop the answers of more than a day ago; return how many."""
        return self.database.execute("DELETE FROM api_answers WHERE at <= :limit", limit=now - KEPT)
