"""Returns as they were signed: whose word counts, and which return of a period is the latest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import VerificationError
from esspass.exchange.partners import require_directory, verify_signer
from esspass.statistics import (
    Contradiction,
    Period,
    Return,
    reconcile,
    verify_return_signature,
)
from esspass.storage import Database
from esspass.trust import TrustView, decide_relying_party

MIGRATIONS = {
    "centre-returns-001": """
        CREATE TABLE statistics_returns (
            institution TEXT NOT NULL,
            first_month TEXT NOT NULL,
            last_month TEXT NOT NULL,
            country TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            received_at BIGINT NOT NULL,
            token TEXT NOT NULL,
            PRIMARY KEY (institution, first_month, last_month)
        )""",
}
EARLY = 300
_EESSI = {"EL": "GR", "UK": "GB"}


@dataclass(frozen=True, slots=True)
class Returns:
    """The returns that were handed in; ``view`` gives the trust of a moment."""

    database: Database
    view: Callable[[int], TrustView]

    def take(self, token: str, now: int) -> tuple[Contradiction, ...]:
        """Keep a return, the latest of its period; return where it contradicts others.

        Raises MalformedError, SignatureError, UndecidedError, and VerificationError for a signer
        who may not speak for the institution, or a return ``made_in_future``.
        """
        item, chain = verify_return_signature(token)
        if item.made_at > now + EARLY:
            raise VerificationError("the return was made in the future", code="made_in_future")
        self._verify_signer(item, chain, now)
        self.database.execute(
            "INSERT INTO statistics_returns (institution, first_month, last_month, country,"
            " made_at, received_at, token) VALUES (:institution, :first, :last, :country, :made,"
            " :now, :token) ON CONFLICT (institution, first_month, last_month) DO UPDATE SET"
            " country = excluded.country, made_at = excluded.made_at,"
            " received_at = excluded.received_at, token = excluded.token"
            " WHERE excluded.made_at >= statistics_returns.made_at",
            institution=item.institution,
            first=item.period.first,
            last=item.period.last,
            country=item.country,
            made=item.made_at,
            now=now,
            token=token,
        )
        found = reconcile(self.of_period(item.period))
        return tuple(each for each in found if item.institution in (each.first, each.second))

    def _verify_signer(self, item: Return, chain: Sequence[x509.Certificate], now: int) -> None:
        """An institution signs with its exchange key; a verifier's certificate bears its name."""
        view = self.view(now)
        known = require_directory(view.directory, now).find(item.institution)
        if known is not None and known.exchange is not None:
            verify_signer(known.exchange, chain[0], now)
            country = known.country
        else:
            decide_relying_party(view, chain, now)
            _require_name(chain[0], item.institution)
            country = _attribute(chain[0], NameOID.COUNTRY_NAME)
        if _EESSI.get(country, country) != item.country:
            raise VerificationError("the signer is of another country", code="wrong_country")

    def of_period(self, period: Period) -> list[Return]:
        """Return the returns of a period, by institution."""
        rows = self.database.query(
            "SELECT token FROM statistics_returns"
            " WHERE first_month = :first AND last_month = :last ORDER BY institution",
            first=period.first,
            last=period.last,
        )
        return [verify_return_signature(row["token"])[0] for row in rows]

    def periods(self) -> list[tuple[Period, int]]:
        """Return the periods and how many returns each has, the latest first."""
        rows = self.database.query(
            "SELECT first_month, last_month, count(*) AS n FROM statistics_returns"
            " GROUP BY first_month, last_month ORDER BY last_month DESC, first_month"
        )
        return [(Period(row["first_month"], row["last_month"]), int(row["n"])) for row in rows]


def _require_name(leaf: x509.Certificate, institution: str) -> None:
    if _attribute(leaf, NameOID.ORGANIZATION_NAME) != institution:
        raise VerificationError("the signer is somebody else", code="unknown_signer")


def _attribute(leaf: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = leaf.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
