"""From answers to documents: the person, the A1, the health insurance card."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from esspass.attestations import (
    Address,
    Ehic,
    Employment,
    Pda1,
    Person,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
    eessi_country,
)
from esspass.inspection.derived import numeric_country_code
from esspass.inspection.logic import plus_months
from issuer.config import IssuerConfig
from issuer.filing.activities import SEVERAL, read_states

Answers = Mapping[str, str]
_SELF_EMPLOYED = frozenset({"03", "04"})
_CARD_MONTHS = 24
_CARD_PREFIX = 10


def create_person(details: Answers) -> Person:
    """Make a person out of what was declared."""
    return Person(
        surnames=details["surnames"],
        forenames=details["forenames"],
        date_of_birth=date.fromisoformat(details["date_of_birth"]),
        pin=details["number"],
        nationalities=(details["nationality"],) if details.get("nationality") else (),
        place_of_birth=_read_birth(details),
        residence=_read_residence(details),
    )


def complete_person(known: Person, declared: Person) -> Person:
    """Fill the gaps of the register's details; what it says stays."""
    return replace(
        known,
        nationalities=known.nationalities or declared.nationalities,
        place_of_birth=known.place_of_birth or declared.place_of_birth,
        residence=known.residence or declared.residence,
    )


def _read_birth(details: Answers) -> PlaceOfBirth | None:
    if not details.get("birth_town") or not details.get("birth_country"):
        return None
    return PlaceOfBirth(details["birth_country"], details["birth_town"])


def _read_residence(details: Answers) -> tuple[Address, ...]:
    if not details.get("residence_town"):
        return ()
    return (_read_address(details, "residence"),)


def describe_person(person: Person) -> dict[str, str]:
    """Return a person as answers: what the register knows and nobody needs to type."""
    home = person.residence[0] if person.residence else None
    birth = person.place_of_birth
    return {
        "surnames": person.surnames,
        "forenames": person.forenames,
        "date_of_birth": person.date_of_birth.isoformat(),
        "number": person.pin or "",
        "nationality": person.nationalities[0] if person.nationalities else "",
        "residence_street": (home.street_and_number if home else "") or "",
        "residence_town": home.town if home else "",
        "residence_postcode": (home.postcode if home else "") or "",
        "residence_country": home.country if home else "",
        "birth_town": (birth.town if birth else "") or "",
        "birth_country": (birth.country if birth else "") or "",
    }


def describe_employment(employment: Employment) -> dict[str, str]:
    """Return an employer as answers."""
    address = employment.address
    return {
        "employer_name": employment.name,
        "employer_number": employment.id,
        "employer_street": (address.street_and_number if address else "") or "",
        "employer_town": address.town if address else "",
        "employer_postcode": (address.postcode if address else "") or "",
        "employer_country": employment.country,
    }


def create_employment(answers: Answers) -> Employment:
    """Make the employer out of the answers."""
    return Employment(
        name=answers["employer_name"],
        id=answers["employer_number"],
        country=answers["employer_country"],
        type_of_employment="02" if answers["work"] in _SELF_EMPLOYED else "01",
        type_of_id="03",
        address=_read_address(answers, "employer"),
    )


def _read_address(answers: Answers, prefix: str) -> Address:
    return Address(
        answers[f"{prefix}_town"],
        answers[f"{prefix}_country"],
        answers.get(f"{prefix}_street") or None,
        answers.get(f"{prefix}_postcode") or None,
    )


@dataclass(frozen=True, slots=True)
class DocumentMaker:
    """Writes the documents that an institution decides on."""

    config: IssuerConfig

    def create_a1(self, answers: Answers, person: Person, today: date) -> Pda1:
        """Write the A1 that is asked for: it says what would apply, were it granted."""
        periods = [(each["starts"], each["ends"]) for each in read_states(answers)]
        starts = date.fromisoformat(min(starts for starts, _ in periods))
        ends = date.fromisoformat(max(ends for _, ends in periods))
        serial = secrets.randbelow(10**8)
        return Pda1(
            document_number=f"A1-{eessi_country(self.config.country)}-{today.year}-{serial:08}",
            pin=person.pin or answers["number"],
            legislation_country=self.config.country,
            starts=starts,
            ends=ends,
            status_confirmation=answers["work"],
            employments=(create_employment(answers),),
            states_of_activity=self._read_states(answers),
            institution=self.config.institution,
            person=person,
            applies_for_duration=False,
            is_provisional=answers["work"] in SEVERAL,  # Reg. 987/2009 Art. 16(2)
            issued_on=today,
            expires_on=ends,
        )

    def _read_states(self, answers: Answers) -> tuple[StateOfActivity, ...]:
        """Name each State once with all its places; our own where some of the work is done."""
        is_here = answers["work"] in SEVERAL and answers.get("share_here", "0") != "0"
        places: dict[str, tuple[PlaceOfWork, ...]] = {self.config.country: ()} if is_here else {}
        for state in read_states(answers):
            country = state["work_country"]
            places[country] = (*places.get(country, ()), *_read_places(state))
        return tuple(StateOfActivity(country, found) for country, found in places.items())

    def create_card(self, answers: Answers, person: Person, today: date) -> Ehic:
        """Write a card of two years; its number is 80, the State, the institution, a serial."""
        ends = (plus_months(today, _CARD_MONTHS) or today) - timedelta(days=1)
        digits = "".join(char for char in self.config.institution_id if char.isdigit())
        prefix = f"80{numeric_country_code(self.config.country)}{digits[-5:]:0>5}"
        return Ehic(
            document_number=f"{prefix}{secrets.randbelow(10**_CARD_PREFIX):0{_CARD_PREFIX}}",
            pin=person.pin or answers["number"],
            institution=self.config.institution,
            issued_on=today,
            expires_on=ends,
            starts=today,
            ends=ends,
            represented=_read_child(answers),
        )


def _read_places(answers: Answers) -> tuple[PlaceOfWork, ...]:
    if answers.get("work_fixed") != "yes":
        return ()
    address = _read_address(answers, "work")
    return (PlaceOfWork(address, answers["work_name"]),)


def _read_child(answers: Answers) -> Person | None:
    if answers.get("card_for") != "child":
        return None
    return Person(
        surnames=answers["child_surnames"],
        forenames=answers["child_forenames"],
        date_of_birth=date.fromisoformat(answers["child_born"]),
        pin=answers["child_number"],
    )
