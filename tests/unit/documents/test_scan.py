"""The code as it is met: printed, scaled to half, photographed, folded; it must still verify."""

import io
import random

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from esspass.cwt import parse_cwt, read_core, verify_cwt
from esspass.documents.pdf import create_code
from esspass.qr import read_qr_text
from tests.unit.documents.conftest import FULL_CODE, NOW, PAPERS, SEAL

CODED = [name for name in PAPERS if name not in ("flat", "application")]
A4_MILLIMETRES = 210


def print_page(pdf, dpi, number=-1):
    """Print a page: grey, as a laser printer would."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[number % len(document)]
    return page.render(scale=dpi / 72).to_pil().convert("L")


def codes_of(image):
    return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)


def photograph(image, *, angle=4, blur=0.7, noise=0.12, quality=40):
    """A phone's picture: turned, out of focus, in bad light, compressed."""
    image = image.rotate(angle, expand=True, fillcolor=235, resample=Image.Resampling.BICUBIC)
    image = image.filter(ImageFilter.GaussianBlur(blur))
    image = Image.blend(image, Image.effect_noise(image.size, 90), noise)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=quality)
    return Image.open(stored)


def crease(image):
    """Folded twice, with the toner gone along the folds, and stained."""
    draw, dice = ImageDraw.Draw(image), random.Random(7)
    width, height = image.size
    draw.line([(width // 3, 0), (width // 3 + 9, height)], fill=255, width=max(2, width // 420))
    draw.line([(0, height // 4), (width, height // 4 + 7)], fill=255, width=max(2, width // 420))
    for _ in range(25):
        x, y = dice.randrange(width), dice.randrange(height)
        draw.ellipse((x, y, x + width // 150, y + width // 150), fill=70)
    return image


def verify(image):
    """Read the one code of a picture and verify what it says; return its claims."""
    found = codes_of(image)
    assert len(found) == 1
    content = read_qr_text(found[0].text)
    assert content.kind == "paper"
    cwt = verify_cwt(parse_cwt(content.paper), SEAL.signer.public_key)
    assert cwt.issued_at == NOW
    assert cwt.status.uri == "https://issuer.example/status/1"
    return read_core(cwt.core)[1]


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("dpi", [150, 75], ids=["150 dpi", "at half its size"])
def test_every_paper_scans_and_verifies(pdf_of, name, dpi):
    claims = verify(print_page(pdf_of(name), dpi))
    number = claims.get("documentID") or claims.get("document_number")
    assert number == PAPERS[name]().number


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("dpi", [150, 110], ids=["as printed", "smaller"])
def test_a_photograph_scans_and_verifies(pdf_of, name, dpi):
    verify(photograph(print_page(pdf_of(name), dpi)))


@pytest.mark.parametrize("name", CODED)
def test_a_creased_and_stained_print_scans_and_verifies(pdf_of, name):
    verify(photograph(crease(print_page(pdf_of(name), 150)), angle=-6))


def test_half_the_size_photographed(pdf_of):
    """A half-size copy in a phone's picture of about 250 dpi of the copy."""
    page = print_page(pdf_of("long"), 300)
    half = page.resize((page.width // 2, page.height // 2), Image.Resampling.LANCZOS)
    verify(photograph(half, blur=0.6))


@pytest.mark.parametrize("name", PAPERS)
def test_the_whole_code_is_on_one_page_and_only_there(pdf_of, name):
    pages = len(pypdfium2.PdfDocument(pdf_of(name)))
    counts = [len(codes_of(print_page(pdf_of(name), 110, page))) for page in range(pages)]
    assert counts == [0] * (pages - 1) + [int(name != "application")]


@pytest.mark.parametrize("name", ["parent", "builder"])
@pytest.mark.parametrize("languages", [("el", "ro"), ("ro", "lt"), ("el", None)])
def test_the_last_page_holds_code_and_explanation_in_the_longest_languages(pdf_of, name, languages):
    pdf = pdf_of(name, *languages)
    assert len(pypdfium2.PdfDocument(pdf)) <= (2 if name == "parent" else 3)
    assert codes_of(print_page(pdf, 110))


def test_a_long_document_has_more_pages_but_the_same_last_one(pdf_of):
    assert len(pypdfium2.PdfDocument(pdf_of("long"))) > 3


@pytest.mark.parametrize("name", CODED)
def test_the_code_is_at_least_80_millimetres_wide(pdf_of, name):
    image = print_page(pdf_of(name), 150)
    corners = codes_of(image)[0].position
    width = (corners.top_right.x - corners.top_left.x) / image.width * A4_MILLIMETRES
    assert width >= 80


def test_the_quiet_zone_is_four_modules_and_the_version_22_at_most():
    picture = create_code(FULL_CODE).decode()
    side = (22 * 4 + 17) + 8
    assert f'viewBox="0 0 {side} {side}"' in picture
