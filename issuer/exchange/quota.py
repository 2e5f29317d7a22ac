"""How many requests for certificates (S044) a day are taken: per partner, and per person.

Somebody who asks about one person over and over, or about everybody, learns who is insured here.
What is too much is refused, so the sender gets an X050 with the code, and the refusal is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.errors import VerificationError
from esspass.exchange.entitlement import REQUEST
from esspass.exchange.model import Message
from esspass.storage import Database
from issuer.bearer import KeyedHash

MIGRATIONS = {
    "issuer-exchange-quota-001": """
        CREATE TABLE exchange_quota (
            who TEXT NOT NULL,
            day BIGINT NOT NULL,
            used BIGINT NOT NULL,
            PRIMARY KEY (who, day)
        )""",
}
_DAY = 86400
_IDENTITY = ("familyName", "forename", "dateBirth")


class TooManyRequestsError(VerificationError):
    """The day's requests are used up."""

    code = "too_many_requests"


@dataclass(frozen=True, slots=True)
class Quota:
    """The requests of each day; 0 is no limit. People are kept as a keyed digest only."""

    database: Database
    keyed: KeyedHash
    per_partner: int
    per_person: int

    def take(self, message: Message, now: int) -> None:
        """Count a message that came in, in the transaction that keeps it.

        Raises TooManyRequestsError; then nothing is counted.
        """
        if message.sed != REQUEST:
            return
        person = self.keyed.derive("entitlement requests", _person(message.content))
        with self.database.atomic():
            self._count(f"from {message.sender}", self.per_partner, now)
            self._count(f"about {person}", self.per_person, now)

    def _count(self, who: str, limit: int, now: int) -> None:
        if not limit:
            return
        counted = self.database.execute(
            "INSERT INTO exchange_quota (who, day, used) VALUES (:who, :day, 1)"
            " ON CONFLICT (who, day) DO UPDATE SET used = exchange_quota.used + 1"
            " WHERE exchange_quota.used < :most",
            who=who,
            day=now // _DAY,
            most=limit,
        )
        if not counted:
            raise TooManyRequestsError

    def purge(self, now: int) -> int:
        """Forget the days that are over; return how many rows."""
        return self.database.execute("DELETE FROM exchange_quota WHERE day < :day", day=now // _DAY)


def _person(content: Mapping[str, object]) -> str:
    """The name, however it is written large or small, and the day of birth."""
    person = content.get("Person")
    identity = person.get("PersonIdentification") if isinstance(person, Mapping) else None
    found = identity if isinstance(identity, Mapping) else {}
    return "\0".join(" ".join(str(found.get(name, "")).casefold().split()) for name in _IDENTITY)
