"""An institution with a seal, and papers made once for all tests of a run."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from demo.people import citizens
from esspass.attestations import (
    OPEN_END,
    Address,
    Application,
    Employment,
    Pda1,
    PlaceOfWork,
    StateOfActivity,
)
from esspass.cwt import create_document_cwt
from esspass.documents import (
    AttachedCredential,
    PaperA1,
    PaperApplication,
    ReplacementCertificate,
    Seal,
    create_pdf,
)
from esspass.jose.claims import StatusReference
from esspass.keys.certificates import create_authority, create_signer
from esspass.qr import create_paper_text

NOW = 1_795_264_000  # 21 November 2026
TODAY = date(2026, 11, 21)
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FULL_CODE = "ESD1:" + "".join(random.Random(22).choices(ALPHANUMERIC, k=1129))
CREDENTIAL = AttachedCredential("A1.sd-jwt", b"eyJ0eXAiOiJkYytzZC1qd3QifQ.e30.c2ln~")
AUTHORITY = create_authority("Pavyzdinė tarnyba", "LT", "Pavyzdinė tarnyba CA", NOW)
SEAL = Seal(create_signer(AUTHORITY, "Pavyzdinė tarnyba", "LT", "Seal", NOW))


def paper_of(key):
    """The paper of a citizen of the demo world."""
    citizen = next(c for c in citizens(TODAY) if c.key == key)
    document = citizen.documents[0]
    if isinstance(document, Pda1):
        return PaperA1(document, citizen.person)
    person = citizen.represents or citizen.person
    return ReplacementCertificate(document, person, TODAY, TODAY + timedelta(days=20))


def flat_paper():
    """What the flat shape leaves: a number, no addresses; the rest from the register."""
    paper = paper_of("builder")
    bare = replace(
        paper.document,
        person=None,
        applies_for_duration=None,
        is_provisional=None,
        employments=(Employment("UAB Pavyzdinė statyba", "900004516", "LT", "01"),),
        states_of_activity=(StateOfActivity("GR"),),
    )
    person = replace(
        paper.person, place_of_birth=None, gender=None, nationalities=(), residence=(), stay=()
    )
    return PaperA1(bare, person)


def ship_paper():
    """A mariner on a ship under a Greek flag, until further notice, code 11 beside it."""
    paper = paper_of("builder")
    ship = PlaceOfWork(Address("Πειραιάς", "GR"), "M/V Παράδειγμα", flag_base_home_state="GR")
    document = replace(
        paper.document,
        status_confirmation="07",
        ends=OPEN_END,
        exception_description="Susitarimas pagal 16 straipsnį",
        states_of_activity=(StateOfActivity("GR", (ship,)),),
        transitional_rules=True,
    )
    return PaperA1(document, paper.person)


def long_paper():
    """Nine employers, places of work in five States, two of them without a fixed address."""
    paper = paper_of("driver")
    employers = tuple(
        replace(paper.document.employments[0], name=f"UAB Vežėjas {number}") for number in range(9)
    )
    places = tuple(
        PlaceOfWork(Address("Köln", "DE", f"Musterstraße {number}", "50667"), f"Depot {number}")
        for number in range(14)
    )
    states = (
        StateOfActivity("DE", places),
        StateOfActivity("FR"),
        StateOfActivity(
            "BG", (PlaceOfWork(Address("София", "BG", "ул. Пример 7", "1000"), "Депо"),)
        ),
        *paper.document.states_of_activity,
    )
    return PaperA1(
        replace(paper.document, employments=employers, states_of_activity=states), paper.person
    )


def application_paper():
    """A proof that the builder's A1 was applied for."""
    paper = paper_of("builder")
    asked = paper.document
    document = Application(
        document_number="AP-A1-LT-2026-000001",
        pin=asked.pin,
        applied_on=date(2026, 11, 3),
        legislation_country="LT",
        starts=asked.starts,
        ends=asked.ends,
        employments=asked.employments,
        states_of_work=("GR", "RO"),
        institution=asked.institution,
        issued_on=TODAY,
    )
    return PaperApplication(document, paper.person)


PAPERS = {
    "builder": lambda: paper_of("builder"),
    "driver": lambda: paper_of("driver"),
    "parent": lambda: paper_of("parent"),
    "flat": flat_paper,
    "ship": ship_paper,
    "long": long_paper,
    "application": application_paper,
}


def core_text_of(paper):
    """What the QR code says, signed with the seal."""
    cwt = create_document_cwt(
        paper.document,
        issued_at=NOW,
        expires_at=NOW + 300 * 86400,
        status=StatusReference("https://issuer.example/status/1", 99000),
        signer=SEAL.signer,
        person=paper.person,
        issuer="https://issuer.example",
    )
    return create_paper_text(cwt)


def make(paper, locale="lt", second_locale="el", *, seal=SEAL, core_text=FULL_CODE, now=NOW):
    return create_pdf(
        paper,
        locale=locale,
        second_locale=second_locale,
        seal=seal,
        core_text=core_text,
        credential=CREDENTIAL,
        now=now,
    )


@pytest.fixture(scope="session")
def pdf_of():
    """Make the paper of a name once; it takes seconds."""
    made = {}

    def create(name, locale="lt", second_locale="el"):
        key = (name, locale, second_locale)
        if key not in made:
            paper = PAPERS[name]()
            given = {"application": None, "flat": FULL_CODE}
            text = given[name] if name in given else core_text_of(paper)
            made[key] = make(paper, locale, second_locale, core_text=text)
        return made[key]

    return create
