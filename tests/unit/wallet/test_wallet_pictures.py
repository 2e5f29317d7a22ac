"""Issuers' pictures on the pages: kept at receipt, harmless, and never needed."""

import re
import secrets

import pytest
from flask import Response

from esspass.attestations import EHIC
from tests.builders.pictures import create_data_uri, create_integrity, create_png, create_svg
from tests.unit.wallet.conftest import WALLET_URL, Browser
from wallet.history import Event
from wallet.picture_references import PictureReference
from wallet.pictures import _fetch_all

FOREIGN = "urn:example:library-card"


@pytest.fixture
def logo(issuer):
    """The issuer has a logo in SVG, with words in two languages."""
    issuer.pictures["logo"] = lambda: Response(create_svg(), content_type="image/svg+xml")
    uri = f"{issuer.url}/pictures/logo"
    issuer.faults["display"] = [
        {"locale": "en", "logo": {"uri": uri, "alt_text": 'The fund\'s "sun"'}},
        {"locale": "lt", "logo": {"uri": uri, "alt_text": "Fondo saulė"}},
    ]


def accept(browser, issuer, name="ehic"):
    path, page = browser.open("offer", issuer.create_offer(name))
    return page, browser.post(path, answer="accept").text


def sources(page):
    return re.findall(r'<img class="[^"]*" src="([^"]+)"', page)


@pytest.mark.usefixtures("logo")
class TestLogo:
    def test_it_stands_on_the_offer_and_on_the_document_from_our_own_origin(self, browser, issuer):
        offer, document = accept(browser, issuer)
        for page in (offer, document):
            (source,) = sources(page)
            assert source.startswith("/pictures/")
            assert source.endswith("/issuer")
            assert "The fund&#39;s &#34;sun&#34;" in page
            assert issuer.url + "/pictures" not in page
        assert "<svg" in document  # our own type keeps its own card

    def test_words_in_the_citizens_language(self, browser, issuer, wallet):
        accept(browser, issuer)
        (card,) = wallet.credentials.of_holder("citizen")
        page = browser.get(f"/documents/{card.id}", **{"Accept-Language": "lt"}).text
        assert 'alt="Fondo saulė"' in page

    def test_showing_a_document_never_asks_the_issuer(self, browser, issuer):
        _, document = accept(browser, issuer)
        asked = len(issuer.seen["pictures"])
        (source,) = sources(document)
        for _ in range(2):
            assert browser.get(source).data == create_svg()
            browser.get("/")
        assert len(issuer.seen["pictures"]) == asked

    def test_tm_03_it_is_served_so_that_it_can_do_nothing(self, browser, issuer):
        (source,) = sources(accept(browser, issuer)[1])
        answer = browser.get(source)
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        )

    def test_it_belongs_to_one_citizen(self, browser, issuer, app, wallet, wallet_database, now):
        (source,) = sources(accept(browser, issuer)[1])
        eve = Browser(app, wallet_database, wallet, now, "eve", secrets.token_bytes(32))
        eve.get(source, status=404)
        browser.get(source.replace("issuer", "nothing"), status=404)
        signed_out = app.test_client().get(source, base_url=WALLET_URL)
        assert signed_out.status_code == 302

    def test_it_goes_with_the_document(self, browser, issuer, wallet, wallet_database):
        accept(browser, issuer)
        (card,) = wallet.credentials.of_holder("citizen")
        assert wallet.pictures.of_owner("citizen", card.id)
        browser.post(f"/documents/{card.id}/delete")
        assert not wallet.pictures.of_owner("citizen", card.id)
        wallet.delete_holder("citizen", 0)
        assert wallet_database.query("SELECT * FROM wallet_pictures") == []

    def test_fresh_copies_bring_the_new_logo(self, browser, issuer, wallet):
        accept(browser, issuer)
        issuer.pictures["logo"] = lambda: Response(create_png(), content_type="image/png")
        (card,) = wallet.credentials.of_holder("citizen")
        page = browser.post(f"/documents/{card.id}/renew").text
        assert browser.get(sources(page)[0]).data == create_png()

    @pytest.mark.parametrize(
        "answer",
        [
            lambda: ("", 404),
            lambda: ("", 302, {"Location": "https://tracker.example/logo.png"}),
            lambda: Response(create_svg("<script>alert(1)</script>"), content_type="image/svg+xml"),
            lambda: Response(create_png(9000, 9000), content_type="image/png"),
            lambda: Response(create_png(), content_type="text/html"),
            lambda: Response(b"a" * 600_000, content_type="image/png"),
        ],
    )
    def test_tm_03_without_it_everything_else_works(self, browser, issuer, answer):
        issuer.pictures["logo"] = answer
        offer, document = accept(browser, issuer)
        assert sources(offer) == sources(document) == []
        assert "is in your wallet" in document

    def test_tm_03_an_issuer_nobody_vouches_for_shows_no_logo(self, browser, issuer):
        issuer.faults["unsigned"] = True
        offer, document = accept(browser, issuer)
        assert sources(offer) == sources(document) == []
        assert issuer.seen["pictures"] == []


class TestForeignTypes:
    def offer(self, browser, issuer, **display):
        issuer.faults["metadata_vct"] = FOREIGN
        issuer.faults["configuration_display"] = [{"locale": "en", **display}]
        return browser.open("offer", issuer.create_offer("ehic"))[1]

    def test_its_own_pictures_are_shown_beside_its_name(self, browser, issuer):
        page = self.offer(
            browser,
            issuer,
            logo={"uri": create_data_uri(create_png()), "alt_text": "An open book"},
            background_image={"uri": create_data_uri(create_svg(), "image/svg+xml")},
        )
        assert [source.rpartition("/")[2] for source in sources(page)] == ["background-0", "logo-0"]
        assert 'alt="An open book"' in page
        assert "does not know this kind of document" in page
        assert browser.get(sources(page)[1]).headers["Content-Type"] == "image/png"

    def test_tm_03_a_type_that_turns_out_to_be_ours_keeps_our_card(self, browser, issuer):
        issuer.faults["metadata_vct"] = FOREIGN
        issuer.faults["configuration_display"] = [{"logo": {"uri": create_data_uri(create_png())}}]
        path, page = browser.open("offer", issuer.create_offer("ehic"))
        assert len(sources(page)) == 1
        del issuer.faults["metadata_vct"]
        assert sources(browser.get(path).text) == []

    def test_without_pictures_the_plain_name_stands(self, browser, issuer):
        page = self.offer(browser, issuer, logo={"uri": "data:image/png;base64,AAAA"})
        assert sources(page) == []
        assert FOREIGN in page

    def test_a_template_is_shown_without_entries(self, wallet):
        drawn = create_svg("<text>{{family_name}}!</text>")
        reference = PictureReference(
            "card", create_data_uri(drawn, "image/svg+xml"), create_integrity(drawn)
        )
        (picture,) = _fetch_all([reference], "-0", wallet.pictures.fetcher)
        assert picture.image.body == create_svg("<text>!</text>")

    def test_tm_03_nothing_harmful_is_put_together_by_leaving_entries_out(self, wallet):
        drawn = create_svg("<style>circle{background:u{{a}}rl(/history)}</style>")
        reference = PictureReference("card", create_data_uri(drawn, "image/svg+xml"))
        assert _fetch_all([reference], "-0", wallet.pictures.fetcher) == []


def test_our_own_types_take_no_picture_from_a_configuration(browser, issuer, wallet):
    issuer.faults["configuration_display"] = [{"logo": {"uri": create_data_uri(create_png())}}]
    _, document = accept(browser, issuer)
    (card,) = wallet.credentials.of_holder("citizen")
    assert card.vct == EHIC
    assert sources(document) == []
    assert wallet.history.of_holder("citizen")[0].event is Event.RECEIVED
