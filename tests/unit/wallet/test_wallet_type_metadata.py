"""Names of foreign types: fetched under guard, matched to their integrity, shown as text."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.attestations import EHIC
from esspass.errors import EsspassError, MalformedError, UnavailableError, VerificationError
from esspass.fetch import Fetcher, Response
from wallet.type_metadata import (
    MAX_EXTENDS,
    clean_text,
    fetch_display_names,
    read_display_names,
)

VCT = "https://types.example/card"


class Types(Fetcher):
    """The types of one simulated registry; every request is noted."""

    __slots__ = ("asked", "bodies")

    def __init__(self, **bodies):
        object.__setattr__(self, "bodies", bodies)
        object.__setattr__(self, "asked", [])

    def get(self, url, _headers=None):
        self.asked.append(url)
        body = self.bodies.get(url.rpartition("/")[2])
        return (
            Response(200, {}, body) if isinstance(body, bytes) else Response(body or 404, {}, b"")
        )


def document(name="card", **members):
    display = [{"locale": "en", "name": "Library card"}, {"locale": "lt", "name": "Kortelė"}]
    return json.dumps(
        {"vct": f"https://types.example/{name}", "display": display, **members}
    ).encode()


def integrity(body, kind="sha256"):
    return f"{kind}-{base64.b64encode(hashlib.new(kind, body).digest()).decode()}"


def test_names_come_by_language():
    assert fetch_display_names(VCT, {}, Types(card=document())) == {
        "en": "Library card",
        "lt": "Kortelė",
    }


@pytest.mark.parametrize(
    "vct", [EHIC, "urn:example:card", "http://types.example/card", "eu.we-build.pda1.1"]
)
def test_tm_01_our_own_types_and_names_are_never_looked_up(vct):
    types = Types(card=document())
    assert fetch_display_names(vct, {}, types) == {}
    assert types.asked == []


@pytest.mark.parametrize(
    "vct", ["https://127.0.0.1/card", "https://10.0.0.1/card", "https://169.254.169.254/latest", "https://user@types.example/card"]
)  # fmt: skip
def test_tm_01_private_addresses_are_not_asked(vct):
    with pytest.raises(MalformedError) as refused:
        fetch_display_names(vct, {}, Fetcher())
    assert refused.value.code == "forbidden_url"


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_tm_01_redirects_and_failures_are_no_metadata(answer):
    with pytest.raises(UnavailableError):
        fetch_display_names(VCT, {}, Types(card=answer))


@pytest.mark.parametrize(
    "body", [b"<html></html>", b"[]", b"a" * 300_000, document(filler="a" * 300_000)]
)
def test_tm_01_html_and_huge_answers_are_refused(body):
    with pytest.raises(MalformedError):
        fetch_display_names(VCT, {}, Types(card=body))


def test_metadata_of_another_type_is_refused():
    with pytest.raises(VerificationError) as refused:
        fetch_display_names(VCT, {}, Types(card=document("other")))
    assert refused.value.code == "type_metadata_other_vct"


class TestIntegrity:
    @pytest.mark.parametrize("kind", ["sha256", "sha384", "sha512"])
    def test_a_matching_digest_is_accepted(self, kind):
        body = document()
        claims = {"vct#integrity": integrity(body, kind)}
        assert fetch_display_names(VCT, claims, Types(card=body))

    @pytest.mark.parametrize("given", [integrity(b"x"), "sha256-", "md5-AAAA", "", 7, "sha256-!!!"])
    def test_tm_02_anything_else_is_refused(self, given):
        with pytest.raises(VerificationError) as refused:
            fetch_display_names(VCT, {"vct#integrity": given}, Types(card=document()))
        assert refused.value.code == "type_metadata_integrity"


class TestExtends:
    def test_a_base_type_lends_its_names(self):
        base = document("base", display=[{"locale": "el", "name": "Κάρτα"}])
        extended = document(extends="https://types.example/base")
        names = fetch_display_names(VCT, {}, Types(card=extended, base=base))
        assert names == {"en": "Library card", "lt": "Kortelė", "el": "Κάρτα"}

    def test_tm_02_a_loop_is_refused(self):
        with pytest.raises(VerificationError) as refused:
            fetch_display_names(VCT, {}, Types(card=document(extends=VCT)))
        assert refused.value.code == "type_metadata_loop"

    def test_tm_02_fifty_levels_are_refused(self):
        levels = {
            f"t{i}": document(f"t{i}", extends=f"https://types.example/t{i + 1}") for i in range(50)
        }
        types = Types(**levels)
        with pytest.raises(VerificationError):
            fetch_display_names("https://types.example/t0", {}, types)
        assert len(types.asked) <= MAX_EXTENDS + 1

    def test_tm_02_an_altered_base_is_refused(self):
        card = document(
            extends="https://types.example/base", **{"extends#integrity": integrity(b"x")}
        )
        with pytest.raises(VerificationError):
            fetch_display_names(VCT, {}, Types(card=card, base=document("base")))

    def test_tm_01_a_base_elsewhere_than_https_is_refused(self):
        with pytest.raises(MalformedError):
            fetch_display_names(VCT, {}, Types(card=document(extends="file:///etc/passwd")))


class TestText:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            pytest.param("EHIC\u202eDRAC", "EHIC DRAC", id="TM-03-right-to-left-override"),
            pytest.param("pay\u200bpal", "pay pal", id="TM-03-zero-width"),
            pytest.param("a\x00\x1b[31mb\nc", "a [31mb c", id="TM-03-control"),
            pytest.param(
                "<svg onload=alert(1)>", "<svg onload=alert(1)>", id="TM-03-markup-is-text"
            ),
            pytest.param(["x"], "", id="TM-03-not-text"),
            pytest.param(None, "", id="TM-03-nothing"),
            pytest.param("x" * 200, "x" * 79 + "…", id="TM-03-endless"),
        ],
    )
    def test_names_are_plain_text(self, value, shown):
        assert clean_text(value, 80) == shown

    @given(st.text(max_size=300))
    def test_tm_03_no_hidden_character_survives(self, value):
        text = clean_text(value, 80)
        assert len(text) <= 80
        assert text.isprintable() or " " in text
        assert not any(char in text for char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u200f")

    def test_tm_03_pictures_and_styles_are_ignored(self):
        display = [{"locale": "en", "name": "Card", "rendering": {"svg_templates": [{"uri": "https://evil.example/x.svg"}]}}]  # fmt: skip
        assert read_display_names({"display": display}) == {"en": "Card"}

    @given(st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["locale", "name", "lang"]), inner, max_size=3), max_leaves=12)))  # fmt: skip
    def test_broken_metadata_never_raises(self, metadata):
        assert isinstance(read_display_names(metadata), dict)
        assert isinstance(read_display_names({"display": list(metadata.values())}), dict)


def test_our_errors_only():
    with pytest.raises(EsspassError):
        fetch_display_names("https://[bad/card", {}, Fetcher())
