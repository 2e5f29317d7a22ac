"""The builder's crew in Piraeus: pure data, four colleagues whose certificates differ from his.

One works for another undertaking, one's certificate is withdrawn, one's has not begun, one carries
paper only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from demo.people import (
    BALTIC_CONSTRUCTION,
    HARBOUR_SITE,
    Citizen,
    create_citizen,
    create_pda1,
    first_of_month,
)
from esspass.attestations import (
    Address,
    Employment,
    Pda1,
    Person,
    PlaceOfBirth,
    StateOfActivity,
)

_OTHER_EMPLOYER = Employment(
    name="UAB Pavyzdinis mūras",
    id="900005211",
    country="LT",
    type_of_employment="01",
    type_of_id="03",
    address=Address("Alytus", "LT", "Plytinės g. 9", "LT-62100"),
)
_PIRAEUS = (StateOfActivity("GR", (HARBOUR_SITE,)),)


def crew(today: date) -> tuple[Citizen, ...]:
    """The four colleagues, with certificates as of ``today``; keys are stable."""
    return (_mason(today), _welder(today), _painter(today), _carpenter(today))


def _mason(today: date) -> Citizen:
    person = _worker("Kazlauskas", "Žilvinas", date(1989, 7, 11), "38907114310", "Alytus")
    story = "A bricklayer on the same site, sent by another undertaking"
    return _create(person, "mason", story, today, _certify(person, today, 6, _OTHER_EMPLOYER))


def _welder(today: date) -> Citizen:
    person = _worker("Butkus", "Tadas", date(1995, 1, 23), "39501235222", "Telšiai")
    story = "A welder whose certificate the institution has withdrawn"
    return _create(person, "welder", story, today, _certify(person, today, 7))


def _painter(today: date) -> Citizen:
    person = _worker("Ąžuolaitis", "Kęstutis", date(1978, 12, 5), "37812056137", "Rokiškis")
    later = _certify(person, today, 8)
    begins = first_of_month(today, 1)
    certificate = replace(later, starts=begins, issued_on=today - timedelta(days=3))
    story = "A painter who works before the certificate begins"
    return _create(person, "painter", story, today, certificate)


def _carpenter(today: date) -> Citizen:
    person = _worker("Žukauskas", "Petras Jonas", date(1969, 3, 4), "36903047042", "Kėdainiai")
    story = "A carpenter without a telephone, who carries the sealed paper"
    return _create(person, "carpenter", story, today, _certify(person, today, 9))


def _create(person: Person, key: str, story: str, today: date, certificate: Pda1) -> Citizen:
    return create_citizen(key, story, person, today, (certificate,), sector="F")


def _worker(surnames: str, forenames: str, born: date, pin: str, town: str) -> Person:
    return Person(
        surnames=surnames,
        forenames=forenames,
        date_of_birth=born,
        pin=pin,
        gender="1",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", town),
        residence=(Address(town, "LT", "Statytojų g. 2"),),
        stay=(Address("Πειραιάς", "GR", "Οδός Λιμένος 21", "185 38"),),
    )


def _certify(
    person: Person, today: date, serial: int, employer: Employment = BALTIC_CONSTRUCTION
) -> Pda1:
    """A posting to the harbour, like the builder's."""
    return create_pda1(
        person, today, serial=serial, status="01", employments=(employer,), states=_PIRAEUS
    )
