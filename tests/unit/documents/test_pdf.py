"""The file: tags, languages, fonts, text, pages, attachment (ISO 14289-1 as far as pikepdf sees)."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from esspass.documents.pdf import create_code
from esspass.errors import MalformedError
from tests.unit.documents.conftest import CREDENTIAL, NOW, PAPERS, make, paper_of


def elements(pdf):
    """All structure elements, depth first."""

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for kid in node:
                yield from walk(kid)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            yield from walk(node.get("/K"))

    yield from walk(pdf.Root.StructTreeRoot.K)


def pages(data):
    """The text of every page."""
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in document]


def text_of(data):
    return re.sub(r"\s+", " ", " ".join(pages(data)))


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_is_tagged_named_and_says_its_language(pdf_of, name):
    pdf = pikepdf.open(io.BytesIO(pdf_of(name)))
    root = pdf.Root
    assert pdf.pdf_version == "1.7"
    assert root.MarkInfo.Marked
    assert str(root.Lang) == "lt"
    assert root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert PAPERS[name]().number in metadata["dc:title"]
    tags = {str(element.S) for element in elements(pdf)}
    assert {"/Document", "/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/L"} <= tags
    assert ("/Figure" in tags) is (name != "application")  # the code, where there is one


def test_the_code_says_what_it_is(pdf_of):
    pdf = pikepdf.open(io.BytesIO(pdf_of("builder", "en", None)))
    figures = [element for element in elements(pdf) if element.S == "/Figure"]
    assert len(figures) == 1
    assert str(figures[0].Alt).startswith("QR code with the data of document A1-LT-2026-000001")


def test_every_cell_names_its_header(pdf_of):
    pdf = pikepdf.open(io.BytesIO(pdf_of("driver")))
    found = list(elements(pdf))
    headers = {str(element.ID) for element in found if element.S == "/TH"}
    cells = [element for element in found if element.S == "/TD"]
    assert cells
    for cell in cells:
        named = {str(name) for name in cell.A.Headers}
        assert named
        assert named <= headers


def test_each_text_is_tagged_with_its_own_language(pdf_of):
    pdf = pikepdf.open(io.BytesIO(pdf_of("builder")))
    assert {str(e.Lang) for e in elements(pdf) if "/Lang" in e} == {"lt", "el"}


@pytest.mark.parametrize("name", PAPERS)
def test_every_font_is_embedded_in_part_and_maps_to_unicode(pdf_of, name):
    pdf = pikepdf.open(io.BytesIO(pdf_of(name)))
    for page in pdf.pages:
        for font in page.resources.Font.values():
            assert re.match(r"/[A-Z]{6}\+Commissioner", str(font.BaseFont))
            assert "/ToUnicode" in font
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())


def test_annotations_follow_the_tags_and_the_seal_is_hidden(pdf_of):
    """ISO 14289-1, 7.18: a widget that is not tagged must be hidden."""
    hidden = 2
    pdf = pikepdf.open(io.BytesIO(pdf_of("builder")))
    for page in pdf.pages:
        for annotation in page.get("/Annots", ()):
            assert annotation.Subtype == "/Widget"
            assert annotation.F & hidden
            assert annotation.TU == "Electronic seal"
            assert page.Tabs == "/S"


@pytest.mark.parametrize(
    ("name", "languages", "words"),
    [
        ("builder", ("lt", "el"), ["Šarūnas Žemaitis", "Ąžuolyno", "Εργοτάξιο Λιμένα", "3.1"]),
        ("builder", ("ro", None), ["Legislația statului membru care se aplică", "Lucrător"]),
        ("driver", ("en", None), ["Employer 2", "Place of work in Poland", "No fixed address"]),
        ("ship", ("el", "lt"), ["M/V Παράδειγμα", "Μέχρι νεωτέρας", "3.7", "3.11", "2.6"]),
        ("flat", ("lt", "el"), ["900004516", "5.3", "Χωρίς σταθερή διεύθυνση"]),
        ("parent", ("ro", "lt"), ["Certificat provizoriu de înlocuire", "80440900010000000005",
                                  "21/11/2026", "11/12/2026", "Semnătura și ștampila"]),
        ("long", ("lt", "el"), ["София", "ул. Пример 7", "UAB Vežėjas 8", "Depot 13",
                                  "Depot Leipzig"]),
    ],
)  # fmt: skip
def test_texts_can_be_read_out_in_every_alphabet(pdf_of, name, languages, words):
    text = text_of(pdf_of(name, *languages))
    for expected in words:
        assert expected in text


def test_the_six_sections_stand_in_the_order_of_the_paper_form(pdf_of):
    text = " ".join(pages(pdf_of("builder", "en", None))[:-1])
    titles = [
        "1 Personal details of the holder", "2 Member State legislation which applies",
        "3 Status confirmation", "4 Details of the employer", "5 Places of work",
        "6 Institution completing the form",
    ]  # fmt: skip
    places = [re.sub(r"\s+", " ", text).index(title) for title in titles]
    assert places == sorted(places)


def test_fields_1_to_9_stand_in_the_order_of_the_card(pdf_of):
    text = text_of(pdf_of("parent", "en", None))
    names = ["Form", "Code of the issuing", "Name", "Given names", "Date of birth",
             "Personal identification number", "Identification number of the institution",
             "Identification number of the card", "Expiry date", "Valid from", "Valid until",
             "Delivered on", "Signature and stamp"]  # fmt: skip
    numbers = [*"123456789", "(a)", "(b)", "(c)", "(d)"]
    places = [text.index(f"{number} {name}") for number, name in zip(numbers, names, strict=True)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        (("en", None), ["This is not an A1 certificate", "Applied on 3 November 2026",
                        "Greece", "Romania", "Check the reference number with the institution"]),
        (("lt", None), ["Tai nėra A1 pažymėjimas", "2026 m. lapkričio 3 d.", "Graikija",
                        "Prašymo numerį patikrinkite"]),
        (("el", None), ["Δεν είναι πιστοποιητικό A1", "3 Νοεμβρίου 2026", "Ελλάδα",
                        "Ελέγξτε τον αριθμό αναφοράς"]),
        (("ro", None), ["Acesta nu este un certificat A1", "3 noiembrie 2026", "Grecia",
                        "Verificați numărul de referință"]),
        (("lt", "el"), ["Tai nėra A1 pažymėjimas", "Δεν είναι πιστοποιητικό A1"]),
    ],
)  # fmt: skip
def test_a_proof_of_application_says_plainly_what_it_is(pdf_of, languages, words):
    data = pdf_of("application", *languages)
    text = text_of(data)
    shared = ["AP-A1-LT-2026-000001", "UAB Pavyzdinė statyba", "Šarūnas Žemaitis"]
    for expected in [*shared, *words]:
        assert expected in text
    assert len(pages(data)) <= 2


@pytest.mark.parametrize("name", PAPERS)
def test_number_and_pages_are_on_every_page(pdf_of, name):
    found = pages(pdf_of(name))
    for position, text in enumerate(found, start=1):
        assert PAPERS[name]().number in text
        assert f"{position} / {len(found)}" in text


def test_the_credential_is_attached_as_data(pdf_of):
    pdf = pikepdf.open(io.BytesIO(pdf_of("builder")))
    assert list(pdf.attachments) == [CREDENTIAL.name]
    attached = pdf.attachments[CREDENTIAL.name]
    assert attached.relationship == "/Data"
    assert attached.get_file().read_bytes() == CREDENTIAL.content


def test_nothing_but_the_seal_differs_between_two_makings():
    first, second = (make(paper_of("parent"), "en", None) for _ in range(2))
    pages_of_first, pages_of_second = (data.split(b"%%EOF")[0] for data in (first, second))
    assert pages_of_first == pages_of_second


def test_the_file_is_small_and_its_table_of_objects_plain(pdf_of):
    pdf = pdf_of("builder")
    assert len(pdf) < 400_000
    assert b"/XRef" not in pdf
    assert b"/ObjStm" not in pdf


def test_a_language_we_do_not_have():
    with pytest.raises(MalformedError) as refused:
        make(paper_of("parent"), "xx", None)
    assert refused.value.code == "unknown_language"


@pytest.mark.parametrize("length", [1135, 5000])
def test_core_data_longer_than_version_22_are_refused(length):
    with pytest.raises(MalformedError) as refused:
        create_code("A" * length)
    assert refused.value.code == "too_large"
    assert b"<svg" in create_code("A" * 1134)


def test_names_are_text_and_never_markup():
    paper = paper_of("parent")
    person = replace(paper.person, surnames="<img src=paper:paper.css>&amp;")
    text = text_of(make(replace(paper, person=person), "en", None, now=NOW))
    assert "<img src=paper:paper.css>&amp;" in text
