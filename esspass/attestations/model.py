"""What the documents say, in one canonical form: the superset of all published shapes.

The vocabulary is that of the We Build rulebook for the PD A1 (v1.0) in snake_case. Countries are
ISO 3166-1 alpha-2 (``GR``, ``GB``), codes are those of ``specs/types/codes.json``, dates are local
calendar days, the last one included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

PDA1_WEBUILD = "eu.we-build.pda1.1"
PDA1_EUDI = "urn:eudi:pda1:1"
EHIC = "urn:eudi:ehic:1"
PID = "urn:eudi:pid:1"
PDA1_APPLICATION = "urn:esspass:pda1-application:1"

OPEN_END = date(2499, 1, 1)  # "until further notice" (EESSI data model of 2024)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; only the town and the country are always known."""

    town: str
    country: str
    street_and_number: str | None = None
    postcode: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceOfBirth:
    """Where a person was born, as far as it is known."""

    country: str | None = None
    town: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person; ``gender`` follows ISO/IEC 5218, names at birth only if different."""

    surnames: str
    forenames: str
    date_of_birth: date
    pin: str | None = None
    gender: str | None = None
    surname_at_birth: str | None = None
    forenames_at_birth: str | None = None
    nationalities: tuple[str, ...] = ()
    place_of_birth: PlaceOfBirth | None = None
    residence: tuple[Address, ...] = ()
    stay: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Institution:
    """A competent institution, as the EESSI Institution Repository names it (``LT:1000``)."""

    id: str
    name: str
    country: str
    address: Address | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """The body that signs, where it is not the competent institution itself."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Employment:
    """An employer, or a self-employed activity (form A1, section 4)."""

    name: str
    id: str
    country: str
    type_of_employment: str | None = None
    type_of_id: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class PlaceOfWork:
    """A fixed place or a vessel where the work is done (form A1, section 5)."""

    address: Address
    name: str | None = None
    id: str | None = None
    type_of_id: str | None = None
    flag_base_home_state: str | None = None


@dataclass(frozen=True, slots=True)
class StateOfActivity:
    """A State where the work is done; no places mean no fixed address there (5.3)."""

    country: str
    places: tuple[PlaceOfWork, ...] = ()


@dataclass(frozen=True, slots=True)
class Pda1:
    """Portable Document A1: which State's social security legislation applies to the holder."""

    document_number: str
    pin: str
    legislation_country: str
    starts: date
    ends: date
    status_confirmation: str
    employments: tuple[Employment, ...]
    states_of_activity: tuple[StateOfActivity, ...]
    institution: Institution
    person: Person | None = None
    exception_description: str | None = None
    applies_for_duration: bool | None = None
    is_provisional: bool | None = None
    transitional_rules: bool | None = None
    issuing_authority: Authority | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """Proof that a PD A1 was applied for: what was asked, not what applies.

    ``document_number`` is the reference number of the application, ``states_of_work`` ISO codes.
    """

    document_number: str
    pin: str
    applied_on: date
    legislation_country: str
    starts: date
    ends: date
    employments: tuple[Employment, ...]
    states_of_work: tuple[str, ...]
    institution: Institution
    issued_on: date
    expires_on: date | None = None
    issuing_authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Ehic:
    """European Health Insurance Card.

    ``represented`` names the person covered if the holder acts for another one, such as a child.
    """

    document_number: str
    pin: str
    institution: Institution
    issued_on: date
    expires_on: date | None = None
    starts: date | None = None
    ends: date | None = None
    represented: Person | None = None
    issuing_authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Pid:
    """Person identification data (PID Rulebook); ``person.residence`` holds at most one address.

    ``portrait`` is a JPEG as a data URL.
    """

    person: Person
    issuing_authority: str
    issuing_country: str
    expires_on: date
    issued_on: date | None = None
    document_number: str | None = None
    issuing_jurisdiction: str | None = None
    email: str | None = None
    phone_number: str | None = None
    portrait: str | None = field(default=None, repr=False)


Document = Pda1 | Ehic | Pid | Application
