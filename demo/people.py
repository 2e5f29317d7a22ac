"""The people and institutions of the demo world: pure data, current on the day asked for.

All of them are invented. Institution codes have the form EESSI prescribes, personal and tax
numbers have valid check digits, addresses name real towns and invented streets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from demo.portraits import draw_portrait
from esspass.attestations import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Address,
    Document,
    Ehic,
    Employment,
    Pda1,
    Person,
    Pid,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
)
from esspass.attestations import Institution as CompetentInstitution

Role = Literal["issuer", "host", "identity", "list_operator", "inspectorate", "clinic"]


@dataclass(frozen=True, slots=True)
class Institution:
    """A body of the demo world; ``attestation_types`` are the vcts it may issue."""

    key: str
    role: Role
    office: CompetentInstitution
    attestation_types: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Code in EESSI form."""
        return self.office.id

    @property
    def name(self) -> str:
        """Name in its own language."""
        return self.office.name

    @property
    def country(self) -> str:
        """ISO 3166-1."""
        return self.office.country


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person of the demo world, with the documents institutions hold decided for them.

    ``story`` is one English sentence; ``represents`` is who the EHIC is for, if not the citizen;
    ``sector`` is what the employer does, a letter of NACE Rev. 2.1.
    """

    key: str
    story: str
    person: Person
    pid: Pid
    documents: tuple[Document, ...]
    represents: Person | None = None
    sector: str = ""


_LT = CompetentInstitution(
    id="LT:90001",
    name="Pavyzdinė socialinio draudimo tarnyba",
    country="LT",
    address=Address("Vilnius", "LT", "Pavyzdžio g. 1", "LT-01100"),
    phone="+37052000001",
    email="a1@psdt.example",
)
_EL = CompetentInstitution(
    id="EL:90002",
    name="Υποδειγματικός Φορέας Κοινωνικής Ασφάλισης",
    country="GR",
    address=Address("Αθήνα", "GR", "Οδός Υποδείγματος 12", "104 31"),
    phone="+302100000002",
    email="a1@yfka.example",
)
_RO = CompetentInstitution(
    id="RO:90003",
    name="Casa Exemplu de Asigurări Sociale",
    country="RO",
    address=Address("București", "RO", "Strada Exemplului 7", "010101"),
    phone="+40210000003",
    email="a1@ceas.example",
)
_IDENTITY = CompetentInstitution(
    id="LT:90004",
    name="Pavyzdinė asmens tapatybės tarnyba",
    country="LT",
    address=Address("Vilnius", "LT", "Tapatybės g. 4", "LT-01104"),
)
_OPERATOR = CompetentInstitution(
    id="EU:90005",
    name="Example Trust List Operator",
    country="BE",
    address=Address("Bruxelles", "BE", "Rue de l'Exemple 5", "1000"),
)
_INSPECTORATE = CompetentInstitution(
    id="EL:90006",
    name="Υποδειγματική Επιθεώρηση Εργασίας",
    country="GR",
    address=Address("Πειραιάς", "GR", "Οδός Ελέγχου 6", "185 35"),
)
_CLINIC = CompetentInstitution(
    id="RO:90007",
    name="Clinica Exemplu Brașov",
    country="RO",
    address=Address("Brașov", "RO", "Strada Sănătății 9", "500007"),
)


def institutions() -> tuple[Institution, ...]:
    """The bodies of the demo world; keys are stable."""
    social_security = (PDA1_WEBUILD, PDA1_EUDI, EHIC)
    lithuanian = (*social_security, PDA1_APPLICATION)
    return (
        Institution("issuer-lt", "issuer", _LT, lithuanian),
        Institution("host-el", "host", _EL, social_security),
        Institution("host-ro", "host", _RO, social_security),
        Institution("identity-lt", "identity", _IDENTITY, (PID,)),
        Institution("operator", "list_operator", _OPERATOR),
        Institution("inspector-el", "inspectorate", _INSPECTORATE),
        Institution("clinic-ro", "clinic", _CLINIC),
    )


def citizens(today: date) -> tuple[Citizen, ...]:
    """The five citizens, with documents that are in force on ``today``; keys are stable."""
    return (_builder(today), _driver(today), _musician(today), _pensioner(today), _parent(today))


def _builder(today: date) -> Citizen:
    person = Person(
        surnames="Žemaitis",
        forenames="Šarūnas",
        date_of_birth=date(1984, 5, 17),
        pin="38405170415",
        gender="1",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", "Kaunas"),
        residence=(Address("Kaunas", "LT", "Ąžuolyno g. 15-4", "LT-44100"),),
        stay=(Address("Πειραιάς", "GR", "Οδός Λιμένος 21", "185 38"),),
    )
    a1 = create_pda1(
        person,
        today,
        serial=1,
        status="01",
        employments=(BALTIC_CONSTRUCTION,),
        states=(StateOfActivity("GR", (HARBOUR_SITE,)),),
    )
    story = "A builder whose Lithuanian employer has posted him to a site in Piraeus"
    documents = (a1, _create_ehic(person, today, 1))
    return create_citizen("builder", story, person, today, documents, sector="F")


def _driver(today: date) -> Citizen:
    person = Person(
        surnames="Čepaitė",
        forenames="Rūta Živilė",
        date_of_birth=date(1990, 2, 3),
        pin="49002030587",
        gender="2",
        nationalities=("LT", "PL"),
        place_of_birth=PlaceOfBirth("LT", "Šiauliai"),
        residence=(Address("Marijampolė", "LT", "Kelininkų g. 8", "LT-68110"),),
    )
    a1 = create_pda1(
        person,
        today,
        serial=2,
        status="02",
        employments=(_FREIGHT_LINES, _POLISH_TRANSPORT),
        states=(
            StateOfActivity("LT", (_depot("Kauno terminalas", "LT", "Kaunas", "Krovinių g. 30"),)),
            StateOfActivity("PL", (_depot("Baza Suwałki", "PL", "Suwałki", "ul. Przykładowa 2"),)),
            StateOfActivity("DE", (_depot("Depot Leipzig", "DE", "Leipzig", "Musterallee 44"),)),
            StateOfActivity("GR"),
        ),
    )
    story = "A lorry driver for two employers in four States, in Greece without a fixed place"
    return create_citizen("driver", story, person, today, (a1,), sector="H")


def _musician(today: date) -> Citizen:
    person = Person(
        surnames="Ūsaitė-Grigaliūnienė",
        forenames="Eglė",
        date_of_birth=date(1992, 9, 21),
        pin="49209210331",
        gender="2",
        surname_at_birth="Ūsaitė",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", "Klaipėda"),
        residence=(Address("Klaipėda", "LT", "Šaulių g. 27", "LT-92200"),),
        stay=(Address("Cluj-Napoca", "RO", "Strada Viorii 11", "400005"),),
    )
    hall = PlaceOfWork(
        address=Address("Cluj-Napoca", "RO", "Piața Exemplului 1", "400001"),
        name="Filarmonica Exemplu Cluj",
        id="99000042",
        type_of_id="03",
    )
    a1 = create_pda1(
        person,
        today,
        serial=3,
        status="03",
        employments=(_MUSIC,),
        states=(StateOfActivity("RO", (hall,)),),
    )
    story = "A self-employed musician with a season of concerts in Cluj-Napoca"
    return create_citizen("musician", story, person, today, (a1,), sector="S")


def _pensioner(today: date) -> Citizen:
    person = Person(
        surnames="Jankauskas",
        forenames="Ąžuolas Vytautas",
        date_of_birth=date(1951, 3, 8),
        pin="35103080620",
        gender="1",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", "Panevėžys"),
        residence=(Address("Palanga", "LT", "Pušų tako g. 3", "LT-00110"),),
    )
    story = "A pensioner travelling in Romania"
    return create_citizen("pensioner", story, person, today, (_create_ehic(person, today, 4),))


def _parent(today: date) -> Citizen:
    home = (Address("Utena", "LT", "Ežerų g. 12-7", "LT-28200"),)
    parent = Person(
        surnames="Dovydaitienė",
        forenames="Aistė",
        date_of_birth=date(1988, 11, 30),
        pin="48811300474",
        gender="2",
        surname_at_birth="Šimkutė",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", "Utena"),
        residence=home,
    )
    child = Person(
        surnames="Dovydaitis",
        forenames="Matas",
        date_of_birth=date(2018, 6, 12),
        pin="51806120157",
        gender="1",
        nationalities=("LT",),
        place_of_birth=PlaceOfBirth("LT", "Utena"),
        residence=home,
    )
    card = _create_ehic(child, today, 5, represented=child)
    story = "A mother who carries the health insurance card of her son"
    return create_citizen("parent", story, parent, today, (card,), represents=child)


HARBOUR_SITE = PlaceOfWork(
    address=Address("Πειραιάς", "GR", "Ακτή Υποδείγματος 3", "185 36"),
    name="Εργοτάξιο Λιμένα Πειραιά",
    id="990000456",
    type_of_id="03",
)
BALTIC_CONSTRUCTION = Employment(
    name="UAB Pavyzdinė statyba",
    id="900004516",
    country="LT",
    type_of_employment="01",
    type_of_id="03",
    address=Address("Kaunas", "LT", "Statybininkų g. 40", "LT-50100"),
)
_FREIGHT_LINES = Employment(
    name="UAB Pavyzdinės krovinių linijos",
    id="900004616",
    country="LT",
    type_of_employment="01",
    type_of_id="03",
    address=Address("Marijampolė", "LT", "Vežėjų g. 5", "LT-68120"),
)
_POLISH_TRANSPORT = Employment(
    name="Przykładowy Transport sp. z o.o.",
    id="9900004512",
    country="PL",
    type_of_employment="01",
    type_of_id="03",
    address=Address("Suwałki", "PL", "ul. Przykładowa 2", "16-400"),
)
_MUSIC = Employment(
    name="Eglė Ūsaitė-Grigaliūnienė",
    id="990000473119",
    country="LT",
    type_of_employment="02",
    type_of_id="03",
    address=Address("Klaipėda", "LT", "Šaulių g. 27", "LT-92200"),
)


def _depot(name: str, country: str, town: str, street: str) -> PlaceOfWork:
    return PlaceOfWork(Address(town, country, street), name)


def create_citizen(
    key: str,
    story: str,
    person: Person,
    today: date,
    documents: tuple[Document, ...],
    represents: Person | None = None,
    sector: str = "",
) -> Citizen:
    """A citizen, with the PID the identity authority holds for them."""
    return Citizen(key, story, person, _create_pid(person, today), documents, represents, sector)


def _create_pid(person: Person, today: date) -> Pid:
    return Pid(
        person=replace(person, stay=()),  # a PID knows the residence only
        issuing_authority=_IDENTITY.name,
        issuing_country=_IDENTITY.country,
        issued_on=first_of_month(today, -12),
        expires_on=first_of_month(today, 108),
        document_number=f"1000{(person.pin or '')[-4:]}",
        portrait=draw_portrait(
            person.pin or "", today.year - person.date_of_birth.year, person.gender
        ),
    )


def create_pda1(
    person: Person,
    today: date,
    *,
    serial: int,
    status: str,
    employments: tuple[Employment, ...],
    states: tuple[StateOfActivity, ...],
) -> Pda1:
    """A certificate for the twelve months that began with the last one."""
    starts = first_of_month(today, -1)
    return Pda1(
        document_number=f"A1-LT-{starts.year}-{serial:06}",
        pin=person.pin or "",
        legislation_country="LT",
        starts=starts,
        ends=first_of_month(today, 11) - timedelta(days=1),
        status_confirmation=status,
        employments=employments,
        states_of_activity=states,
        institution=_LT,
        person=person,
        applies_for_duration=True,
        is_provisional=False,
        issued_on=starts - timedelta(days=12),
        expires_on=first_of_month(today, 11) - timedelta(days=1),
    )


def _create_ehic(
    person: Person, today: date, serial: int, represented: Person | None = None
) -> Ehic:
    """A card of two years; its number is 80, Lithuania (440), the institution, a serial."""
    starts = first_of_month(today, -2)
    ends = first_of_month(today, 22) - timedelta(days=1)
    return Ehic(
        document_number=f"8044090001{serial:010}",
        pin=person.pin or "",
        institution=_LT,
        issued_on=starts,
        expires_on=ends,
        starts=starts,
        ends=ends,
        represented=represented,
    )


def first_of_month(today: date, offset: int) -> date:
    """The first day of the month ``offset`` months away."""
    months = today.year * 12 + today.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)
