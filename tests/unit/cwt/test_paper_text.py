"""From a document to the text of the QR code on paper, and back."""

import string
from dataclasses import replace

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.people import citizens
from esspass.attestations import Address, Employment, PlaceOfWork, StateOfActivity
from esspass.cwt import (
    MAX_COMPRESSED_BYTES,
    create_certificate_digest,
    create_document_cwt,
    parse_cwt,
    read_core,
    verify_cwt,
)
from esspass.errors import MalformedError
from esspass.jose.claims import StatusReference
from esspass.qr import PAPER_CHARACTERS, create_paper_text, read_qr_text
from tests.builders.credentials import NOW, create_parties
from tests.builders.documents import TODAY, a_pda1, an_ehic, citizen

SEAL = create_parties().issuer
STATUS = StatusReference("https://issuer.socialinis-draudimas.example/status-lists/12", 412_007)
NAMES = st.text(string.ascii_letters + "ąčęėįšųūžŽαβγδώΩțșăî '-.", min_size=3, max_size=60).filter(
    str.strip
)
PEOPLE = {
    f"{c.key} {type(document).__name__}": (c.person, document)
    for c in citizens(TODAY)
    for document in c.documents
}


def _create(document, person=None):
    cwt = create_document_cwt(
        document,
        issued_at=NOW,
        expires_at=NOW + 86_400 * 400,
        status=STATUS,
        signer=SEAL,
        person=person,
        issuer="https://issuer.socialinis-draudimas.example",
    )
    return create_paper_text(cwt)


def _read(text):
    cwt = parse_cwt(read_qr_text(text).paper)
    assert cwt.certificate_digest == create_certificate_digest(SEAL.certificates[0])
    return read_core(verify_cwt(cwt, SEAL.public_key).core)[1]


def _version(text):
    symbol = segno.make_qr(text, error="m", boost_error=False)
    assert symbol.mode == "alphanumeric"
    return symbol.version


def _a1(employers=1, places=1, states=("GR",), **changes):
    def name(kind, number):
        return f"{kind} {number} {string.ascii_uppercase[number % 26] * 9} Σύμβουλοι"

    employments = tuple(
        Employment(name("Employer", n), f"9000{n:05}", "LT", "01", "03", Address("Kaunas", "LT"))
        for n in range(employers)
    )
    work = tuple(
        StateOfActivity(
            state,
            tuple(
                PlaceOfWork(Address(f"Town {n}", state, f"Long street {n * 7}"), name("Site", n))
                for n in range(places)
            ),
        )
        for state in states
    )
    return replace(a_pda1(), employments=employments, states_of_activity=work, **changes)


def test_the_budget_is_that_of_the_symbol():
    body = PAPER_CHARACTERS - len("ESD1:")
    assert body // 3 * 2 + (body % 3) // 2 == MAX_COMPRESSED_BYTES


@pytest.mark.parametrize(("person", "document"), list(PEOPLE.values()), ids=PEOPLE)
def test_documents_of_the_demo_people_fit_with_room_to_spare(person, document):
    text = _create(document, person)
    assert _version(text) <= 20
    assert "more_on_paper" not in _read(text)


def test_every_document_of_many_parts_fits_and_says_what_it_leaves_to_the_paper():
    states = ("GR", "RO", "DE", "PL", "LV", "EE", "FR", "ES", "IT", "PT", "BE", "NL")
    for employers, places, count in ((1, 1, 2), (8, 1, 1), (2, 12, 3), (30, 30, 12), (1, 0, 12)):
        document = _a1(employers, places, states[:count])
        text = _create(document)
        assert _version(text) <= 22
        claims = _read(text)
        missing = claims.get("more_on_paper", [])
        assert ("employers" in missing) == (len(claims["employmentSituations"]) < employers)
        assert tuple(claims["placesOfWork"]) == states[:count]
        shown = claims["placesOfWork"].values()
        complete = all(
            state is not None
            and len(state) == places
            and all("streetAndNumber" in place["address"] for place in state)
            for state in shown
        )
        assert ("places" in missing) != complete
        assert (places == 0) == ([] in shown)


def test_a_long_exception_text_is_cut_and_said_to_be():
    text = " ".join(
        f"Article 16, paragraph {n * 7919 % 9973} of {n * 611953 % 999983}." for n in range(25)
    )
    claims = _read(_create(_a1(status_confirmation="11", exception_description=text)))
    shown = claims["statusConfirmation"]["exceptionDescription"]
    assert shown.endswith("…")
    assert text.startswith(shown[:-1])
    assert claims["more_on_paper"] == ["exception_text"]
    short = _read(_create(_a1(status_confirmation="11", exception_description="Article 16(1)")))
    assert short["statusConfirmation"]["exceptionDescription"] == "Article 16(1)"


def test_the_same_document_always_loses_the_same():
    document = _a1(9, 3, ("GR", "RO", "DE"))
    assert len({str(_read(_create(document))) for _ in range(8)}) == 1


def test_what_does_not_fit_at_all_is_refused():
    institution = replace(a_pda1().institution, name=string.ascii_letters + "äößü" * 20)
    noise = "".join(chr(0x4E00 + n * 37 % 20_000) for n in range(100))
    person = replace(citizen("builder").person, surnames=noise, forenames=noise[::-1])
    with pytest.raises(MalformedError) as refused:
        _create(replace(a_pda1(), institution=institution, person=person))
    assert refused.value.code == "too_large"


def test_a_card_without_its_person_is_refused():
    with pytest.raises(MalformedError) as refused:
        _create(an_ehic())
    assert refused.value.code == "not_expressible"


@settings(max_examples=40)
@given(
    st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=12),
    st.dictionaries(
        st.sampled_from(["GR", "RO", "PL", "DE", "LT", "NO", "CH"]),
        st.lists(st.tuples(NAMES, NAMES), max_size=5),
        min_size=1,
        max_size=7,
    ),
)
def test_any_a1_fits_and_what_is_shown_is_true(employers, states):
    document = replace(
        a_pda1(),
        employments=tuple(
            Employment(name, "900004516", "LT", "01", "03", Address(town, "LT"))
            for name, town in employers
        ),
        states_of_activity=tuple(
            StateOfActivity(
                state, tuple(PlaceOfWork(Address(town, state), name) for name, town in places)
            )
            for state, places in states.items()
        ),
    )
    text = _create(document)
    assert _version(text) <= 22
    claims = _read(text)
    shown = [employer["name"] for employer in claims["employmentSituations"]]
    assert shown == [" ".join(name.split()) for name, _town in employers][: len(shown)]
    assert (len(shown) < len(employers)) == ("employers" in claims.get("more_on_paper", ()))
    assert claims["placesOfWork"].keys() == states.keys()
    for state, places in states.items():
        assert (claims["placesOfWork"][state] == []) == (places == [])
