"""QR codes are drawn so that another reader reads them."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from esspass.errors import MalformedError
from esspass.web import create_qr_svg


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context():
        yield


def draw(svg, scale=6):
    """Paint the SVG's horizontal strokes, as a browser does."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))
    image = Image.new("RGB", (size * scale, size * scale), "white")
    pen = ImageDraw.Draw(image)
    path = re.search(r'class="qrline"[^>]* d="([^"]+)"', svg).group(1)
    x = y = 0.0
    for command, values in re.findall(r"([Mmh])([-\d. ]+)", path):
        numbers = [float(value) for value in re.findall(r"-?[\d.]+", values)]
        if command == "h":
            box = [
                x * scale,
                (y - 0.5) * scale,
                (x + numbers[0]) * scale - 1,
                (y + 0.5) * scale - 1,
            ]
            pen.rectangle(box, fill="black")
            x += numbers[0]
        else:
            x, y = numbers if command == "M" else (x + numbers[0], y + numbers[1])
    return image


@pytest.mark.parametrize("text", ["openid4vp://?client_id=x509_hash%3Aabc", "ž" * 200, "A" * 1500])
def test_another_reader_reads_it(text):
    [code] = zxingcpp.read_barcodes(draw(create_qr_svg(text)))
    assert code.text == text


def test_the_code_has_a_name_and_no_style():
    svg = create_qr_svg("x", 'Request "1" <of> 2')
    assert 'role="img"' in svg
    assert 'aria-label="Request &#34;1&#34; &lt;of&gt; 2"' in svg
    assert "style=" not in svg
    assert 'aria-label="QR code"' in create_qr_svg("x")


def test_the_text_is_not_markup():
    assert "<script" not in create_qr_svg("<script>alert(1)</script>")


def test_too_long_a_text_is_refused():
    with pytest.raises(MalformedError) as caught:
        create_qr_svg("x" * 3000)
    assert caught.value.code == "qr_too_long"
