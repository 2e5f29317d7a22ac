"""What a paper document is made of: the decision, the person, and what makes it checkable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from esspass.attestations import Application, Ehic, Pda1, Person


@dataclass(frozen=True, slots=True)
class PaperA1:
    """A Portable Document A1; ``person`` is the holder, whom not every shape names itself."""

    document: Pda1
    person: Person = field(repr=False)

    @property
    def number(self) -> str:
        """The document number."""
        return self.document.document_number


@dataclass(frozen=True, slots=True)
class ReplacementCertificate:
    """A Provisional Replacement Certificate of an EHIC (Decision S2, Annex II).

    It is valid from ``starts`` to ``ends``, both included; ``person`` is the person covered.
    """

    document: Ehic
    person: Person = field(repr=False)
    starts: date
    ends: date

    @property
    def number(self) -> str:
        """The number of the card that it stands for."""
        return self.document.document_number


@dataclass(frozen=True, slots=True)
class PaperApplication:
    """A proof that an A1 was applied for; ``person`` is who the A1 would be about.

    It has no code: the core data of paper (``specs/documents/core.json``) know no applications.
    """

    document: Application
    person: Person = field(repr=False)

    @property
    def number(self) -> str:
        """The reference number of the application."""
        return self.document.document_number


PaperDocument = PaperA1 | ReplacementCertificate | PaperApplication


@dataclass(frozen=True, slots=True)
class AttachedCredential:
    """The signed credential that goes with the file, as the institution issued it."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/dc+sd-jwt"
