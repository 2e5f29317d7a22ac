"""Pictures of others: a true PNG or a harmless SVG, or nothing (catalogue row TM-03)."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import EsspassError, MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher, FetchPolicy, Response
from tests.builders.pictures import (
    chunk,
    create_data_uri,
    create_integrity,
    create_png,
    create_svg,
)
from wallet.images import MAX_BYTES, PNG, SVG, fetch_image, parse_image
from wallet.picture_references import (
    find_configuration_pictures,
    find_issuer_logo,
    find_type_pictures,
)
from wallet.svg import MAX_DEPTH, MAX_ELEMENTS, MAX_USES

URI = "https://issuer.example/logo"


class Host(Fetcher):
    """Answers with one picture."""

    __slots__ = ("body", "kind", "status")

    def __init__(self, body, kind=PNG, status=200):
        for name, value in (("body", body), ("kind", kind), ("status", status)):
            object.__setattr__(self, name, value)

    def get(self, _url, _headers=None):
        return Response(self.status, {"content-type": self.kind}, self.body)


class TestPng:
    def test_a_picture_passes_unchanged(self):
        assert parse_image(PNG, create_png()).body == create_png()

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"", id="empty"),
            pytest.param(create_svg(), id="svg"),
            pytest.param(b"\xff\xd8\xff\xe0 JFIF", id="jpeg"),
            pytest.param(create_png()[:-1], id="cut"),
            pytest.param(create_png()[:40], id="cut-early"),
            pytest.param(create_png()[:8], id="signature-only"),
            pytest.param(create_png() + b"<script>", id="something-after-the-end"),
            pytest.param(create_png().replace(b"\x08\x02", b"\x08\x03", 1), id="damaged"),
            pytest.param(create_png()[:8] + chunk(b"IEND"), id="no-header"),
            pytest.param(create_png(0, 2), id="no-width"),
            pytest.param(create_png(5000, 2), id="too-wide"),
            pytest.param(create_png(2**31, 2**31), id="bomb"),
            pytest.param(create_png(4000, 4000), id="too-many-pixels"),
            pytest.param(create_png()[:-12] + chunk(b"tEXt", b"x" * MAX_BYTES) + chunk(b"IEND"), id="too-many-bytes"),
        ],
    )  # fmt: skip
    def test_tm_03_anything_else_does_not(self, body):
        with pytest.raises(MalformedError) as refused:
            parse_image(PNG, body)
        assert refused.value.code == "picture_malformed"


HARMFUL = {
    "script": "<script>alert(1)</script>",
    "handler": '<circle r="1" onload="alert(1)"/>',
    "handler-in-capitals": '<circle r="1" ONCLICK="alert(1)"/>',
    "foreign-object": "<foreignObject><p/></foreignObject>",
    "html": '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
    "html-script": '<s:script xmlns:s="http://www.w3.org/1999/xhtml">alert(1)</s:script>',
    "no-namespace": '<script xmlns="">alert(1)</script>',
    "image": '<image href="https://tracker.example/1.png"/>',
    "embedded-image": f'<image href="{create_data_uri(create_png())}"/>',
    "xlink": '<use xlink:href="https://tracker.example/1.svg#a"/>',
    "use-data": '<use href="data:image/svg+xml;base64,AAAA#a"/>',
    "protocol-relative": '<use href="//tracker.example/1.svg#a"/>',
    "link": '<a href="https://phish.example"><circle r="1"/></a>',
    "animation": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "set": '<set attributeName="onmouseover" to="alert(1)"/>',
    "fill": '<circle r="1" fill="url(https://tracker.example/1.svg#a)"/>',
    "quoted-url": "<circle r='1' style='fill:url( \"https://tracker.example/a\")'/>",
    "import": "<style>@import 'https://tracker.example/a.css';</style>",
    "style-url": "<style>circle{background:url(/history)}</style>",
    "style-escape": "<style>circle{background:u\\72l(/history)}</style>",
    "style-set": "<style>circle{background:image-set('/history' 1x)}</style>",
    "base": '<g xml:base="https://tracker.example/"/>',
    "nested-svg": '<svg><circle r="1"/></svg>',
    "processing-instruction": '<?xml-stylesheet href="https://tracker.example/a.css"?>',
    "deep": "<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH,
    "many": "<g/>" * MAX_ELEMENTS,
    "many-uses": '<use href="#a"/>' * (MAX_USES + 1),
}


class TestSvg:
    @pytest.mark.parametrize(
        "inside",
        [
            '<circle r="4"/>',
            '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect fill="url(#a)"/>',
            '<style>.a{fill:url(#a)}</style><title>Žąsis</title><text class="a">Δ</text>',
            '<symbol id="s"><path d="M0 0"/></symbol><use xlink:href="#s"/>',
        ],
    )
    def test_a_drawing_passes_unchanged(self, inside):
        assert parse_image(SVG, create_svg(inside)).body == create_svg(inside)

    @pytest.mark.parametrize("inside", HARMFUL.values(), ids=HARMFUL)
    def test_tm_03_what_acts_or_reaches_out_does_not(self, inside):
        with pytest.raises(MalformedError) as refused:
            parse_image(SVG, create_svg(inside))
        assert refused.value.code == "picture_unsafe"

    @pytest.mark.parametrize(
        "head",
        [
            b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">',
            b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
            b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            b'<?xml-stylesheet type="text/css" href="https://tracker.example/a.css"?>',
        ],
    )
    def test_tm_03_a_dtd_is_not_read(self, head):
        with pytest.raises(MalformedError) as refused:
            parse_image(SVG, head + create_svg())
        assert refused.value.code == "picture_unsafe"

    @pytest.mark.parametrize(
        "body",
        [b"", b"<svg", b"<html><body/></html>", b"\xff\xfe\x00", create_png(), create_svg("&x;"),
         b'<?xml version="1.0" encoding="no-such"?>' + create_svg(), create_svg() * 2,
         b'<svg xmlns="http://other.example"/>', create_svg("a" * MAX_BYTES)],
    )  # fmt: skip
    def test_what_is_no_svg_is_refused(self, body):
        with pytest.raises(MalformedError):
            parse_image(SVG, body)

    @given(st.text(max_size=60))
    def test_any_text_inside_is_drawn_or_refused(self, inside):
        try:
            image = parse_image(SVG, create_svg(inside))
        except MalformedError:
            return
        assert b"<script" not in image.body.lower()


class TestFetching:
    def test_the_picture_of_an_address(self):
        assert fetch_image(URI, None, Host(create_png())).media_type == PNG
        answered = Host(create_svg(), "image/svg+xml; charset=utf-8")
        assert fetch_image(URI, None, answered).media_type == SVG

    @pytest.mark.parametrize(
        "uri",
        [
            create_data_uri(create_png()),
            create_data_uri(create_svg(), SVG),
            f"data:image/svg+xml;charset=utf-8,{quote(create_svg().decode())}",
        ],
    )
    def test_the_picture_in_a_data_uri(self, uri):
        assert fetch_image(uri, None, Host(b"", status=500)).body in (create_png(), create_svg())

    @pytest.mark.parametrize("kind", ["sha256", "sha384", "sha512"])
    def test_the_integrity_is_checked(self, kind):
        body, other = create_png(), create_png(3, 3)
        signed = create_integrity(body, kind)
        for uri, host in ((URI, Host(body)), (create_data_uri(body), Host(b""))):
            assert fetch_image(uri, signed, host).body == body
        for uri, host in ((URI, Host(other)), (create_data_uri(other), Host(b""))):
            with pytest.raises(VerificationError) as refused:
                fetch_image(uri, signed, host)
            assert refused.value.code == "picture_integrity"

    def test_tm_02_an_integrity_nobody_can_check_is_not_passed_over(self):
        for integrity in ("md5-AAAA", "", 7):
            with pytest.raises(VerificationError):
                fetch_image(URI, integrity, Host(create_png()))

    @pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
    def test_redirects_and_failures_are_no_picture(self, status):
        with pytest.raises(UnavailableError):
            fetch_image(URI, None, Host(create_png(), status=status))

    @pytest.mark.parametrize(
        ("body", "kind"), [(create_png(), "text/html"), (create_png(), SVG), (create_svg(), PNG), (create_png(), ""), (b"GIF89a", "image/gif")]
    )  # fmt: skip
    def test_the_content_type_must_be_what_it_is(self, body, kind):
        with pytest.raises(MalformedError):
            fetch_image(URI, None, Host(body, kind))

    @pytest.mark.parametrize(
        "uri",
        ["data:", "data:image/png", "data:image/png;base64,***", "data:text/html,<script>", "data:image/gif;base64,R0lGODlh",
         "http://issuer.example/a.png", "https://127.0.0.1/a.png", "https://169.254.169.254/latest", "https://10.0.0.1/a.png",
         "file:///etc/passwd", "javascript:alert(1)"],
    )  # fmt: skip
    def test_sf_01_no_other_address_is_asked(self, uri):
        with pytest.raises(EsspassError):
            fetch_image(uri, None, Fetcher(FetchPolicy()))


class TestReferences:
    def test_the_english_picture_with_every_language_of_it(self):
        display = [
            {"locale": "lt", "logo": {"uri": URI, "alt_text": "Fondo ženklas\u202e"}},
            {"locale": "en-IE", "logo": {"uri": URI, "alt_text": "Logo of the fund"}},
            {"locale": "el", "logo": {"uri": "https://issuer.example/el"}},
        ]
        (logo,) = find_issuer_logo(display)
        assert (logo.role, logo.uri) == ("issuer", URI)
        assert logo.alts == {"lt": "Fondo ženklas", "en": "Logo of the fund"}

    def test_a_configuration_has_logo_and_background(self):
        display = [{"name": "x", "logo": {"uri": URI}, "background_image": {"uri": f"{URI}/b"}}]
        found = find_configuration_pictures(display)
        assert [(each.role, each.uri) for each in found] == [
            ("logo", URI),
            ("background", f"{URI}/b"),
        ]

    def test_a_type_goes_before_what_it_extends(self):
        simple = {"logo": {"uri": URI, "uri#integrity": "sha256-a"}}
        own = {"display": [{"locale": "en", "rendering": {"simple": simple}}]}
        cards = {
            "simple": {"logo": {"uri": f"{URI}/base"}},
            "svg_templates": [{"uri": f"{URI}/card"}],
        }
        base = {"display": [{"locale": "en", "rendering": cards}]}
        found = {each.role: each for each in find_type_pictures([own, base])}
        assert (found["logo"].uri, found["logo"].integrity) == (URI, "sha256-a")
        assert found["card"].uri == f"{URI}/card"

    @pytest.mark.parametrize(
        "entry",
        [None, 7, [], {"logo": None}, {"logo": "x"}, {"logo": {"uri": 7}}, {"logo": {"uri": "ftp://a"}},
         {"locale": 7, "logo": {}}, {"rendering": []}, {"rendering": {"simple": 1, "svg_templates": 7}},
         {"rendering": {"svg_templates": [None]}}],
    )  # fmt: skip
    def test_what_is_not_as_it_should_be_names_no_picture(self, entry):
        assert find_issuer_logo([entry]) == []
        assert find_configuration_pictures([entry]) == []
        assert find_type_pictures([{"display": [entry]}, {"display": entry}]) == []
