"""The citizen's pages through HTTP, against simulated outside parties."""

import json
import re
import secrets
from urllib.parse import urlsplit

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.errors import MalformedError
from tests.simulators.issuer import visit
from tests.simulators.verifier import ask_for, create_dataset
from tests.unit.wallet.conftest import WALLET_URL, Browser
from wallet.config import WalletConfig
from wallet.keys import LockedError
from wallet.pages.access import open_keys
from wallet.pages.wording import CAUTIONS, EVENTS, STANDINGS

PRF = bytes(range(32))
NUMBER = ("document_number",)


@pytest.fixture
def stocked(browser, issuer):
    """A browser whose wallet holds an EHIC."""
    path, _ = browser.open("offer", issuer.create_offer("ehic"))
    browser.post(path, answer="accept")
    return browser


class TestSignedOut:
    def test_the_start_page_says_what_this_is(self, app):
        page = app.test_client().get("/", base_url=WALLET_URL)
        assert "Set up your wallet" in page.text

    @pytest.mark.parametrize(
        "path", ["/add", "/offer?credential_offer=%7B%7D", "/present?client_id=x&request_uri=y", "/history", "/account", "/account/export", "/documents/x", "/waiting"]
    )  # fmt: skip
    def test_everything_else_asks_to_sign_in_and_comes_back(self, app, path):
        answer = app.test_client().get(path, base_url=WALLET_URL)
        assert answer.status_code == 302
        assert urlsplit(answer.headers["Location"]).path == "/sign-in"
        assert "next=" in answer.headers["Location"]


class TestHome:
    def test_empty_says_what_to_do(self, browser):
        page = browser.get("/").text
        assert "No documents yet" in page
        assert 'href="/add"' in page

    def test_a_card_shows_name_standing_and_picture(self, stocked):
        page = stocked.get("/").text
        assert "European Health Insurance Card" in page
        assert "Valid" in page
        assert "<svg" in page

    @pytest.mark.parametrize(
        ("language", "word"), [("lt", "Galioja"), ("el", "Ισχύει"), ("ro", "Valabil")]
    )
    def test_in_the_citizens_language(self, stocked, language, word):
        assert word in stocked.get("/", **{"Accept-Language": language}).text

    def test_an_old_check_is_made_again(self, stocked, issuer, wallet_database):
        for index in issuer.seen["indices"]:
            issuer.withdraw(index)
        (row,) = wallet_database.query("SELECT checked FROM wallet_credentials")
        old = json.dumps({**json.loads(row["checked"]), "at": 0})
        wallet_database.execute(
            "UPDATE wallet_credentials SET checked = :old, checked_at = 0", old=old
        )
        wallet_database.execute("DELETE FROM status_list_cache")
        assert "Withdrawn" in stocked.get("/").text


class TestAdding:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="empty"),
            pytest.param("javascript:alert(1)", id="QR-01-javascript"),
            pytest.param("data:text/html,<script>", id="QR-01-data"),
            pytest.param("intent://x#Intent;end", id="QR-01-intent"),
            pytest.param("https://wallet.example.evil/offer?credential_offer=%7B%7D", id="QR-01-look-alike"),
            pytest.param(f"{WALLET_URL}.evil.example/offer?credential_offer_uri=https://a.example", id="QR-01-suffix"),
            pytest.param("http://localhost:8199@evil.example/offer?credential_offer_uri=https://a.example", id="QR-01-userinfo"),
            pytest.param("other-wallet://offer?credential_offer_uri=https://a.example", id="QR-01-other-scheme"),
            pytest.param("openid4vp://?client_id=x", id="QR-01-no-request_uri"),
            pytest.param("openid4vp://?client_id=x&request_uri=https://a@b.example/", id="QR-01-userinfo-in-request_uri"),
            pytest.param("openid-credential-offer://?x=1", id="QR-01-no-offer"),
            pytest.param("a" * 20_000, id="QR-01-too-long"),
            pytest.param("openid4vp://?client_id=x\x00&request_uri=https://a.example", id="QR-01-control"),
        ],
    )  # fmt: skip
    def test_a_strange_code_is_refused_with_a_sentence(self, browser, text):
        page = browser.post("/add", status=400, link=text)
        assert "There is a problem" in page.text
        assert 'aria-describedby="' in page.text

    def test_qr_01_the_whole_host_is_shown_and_nothing_is_opened(self, browser, issuer):
        page = browser.post("/add", link=issuer.create_offer("ehic"))
        assert issuer.url.removeprefix("http://") in page.text
        assert 'href="/offer?credential_offer=' in page.text
        assert issuer.seen == {}

    def test_qr_01_an_imitating_host_is_shown_in_ascii_with_a_warning(self, browser):
        link = "openid4vp://?client_id=x&request_uri=https://%D1%81ourt.example/r"
        page = browser.post("/add", link=link)
        assert "xn--ourt-" in page.text
        assert 'role="alert"' in page.text

    def test_a_forged_form_is_refused(self, browser, issuer):
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        browser.client.post(path, base_url=WALLET_URL, data={"answer": "accept"})
        assert issuer.seen["token"] == []


class TestOffer:
    def test_vci_11_the_page_names_the_issuer_before_anything_is_accepted(self, browser, issuer):
        path, page = browser.open("offer", issuer.create_offer("ehic"))
        assert issuer.body.name in page
        assert issuer.url.removeprefix("http://") in page
        assert issuer.seen["token"] == []
        assert "is in your wallet" in browser.post(path, answer="accept").text

    def test_vci_11_an_unproven_issuer_is_called_so(self, browser, issuer):
        issuer.faults["unsigned"] = True
        _, page = browser.open("offer", issuer.create_offer("ehic"))
        assert issuer.body.name not in page
        assert "cannot confirm who this is" in page

    def test_vci_11_an_old_sign_in_has_to_be_renewed(self, browser, issuer):
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        browser.age_sign_in(400)
        answer = browser.post(path, status=302, follow=False, answer="accept")
        assert answer.headers["Location"].startswith("/sign-in?next=%2Foffer%2F")
        assert issuer.seen["token"] == []

    def test_a_wrong_code_can_be_corrected(self, browser, issuer):
        path, _ = browser.open("offer", issuer.create_offer("ehic", tx_code="471100"))
        assert "Enter the code" in browser.post(path, status=400, answer="accept", tx_code="").text
        wrong = browser.post(path, status=400, answer="accept", tx_code="000000")
        assert "The code is wrong" in wrong.text
        assert "is in your wallet" in browser.post(path, answer="accept", tx_code="471100").text

    def test_declining_uses_nothing_up(self, browser, issuer):
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        assert "declined" in browser.post(path, answer="decline").text
        assert issuer.seen["token"] == []
        browser.get(path, status=400)

    def test_signing_in_at_the_issuer_and_coming_back(self, browser, issuer):
        path, page = browser.open("offer", issuer.create_offer("ehic", grant="authorization"))
        assert "Continue to sign in" in page
        sent = browser.post(path, status=302, follow=False, answer="accept")
        back = visit(sent.headers["Location"])
        arrived = browser.get(back.removeprefix(WALLET_URL))
        assert "is in your wallet" in arrived.text
        browser.get(back.removeprefix(WALLET_URL), status=400)

    def test_another_citizen_cannot_come_back_with_it(
        self, browser, app, wallet, wallet_database, issuer, now
    ):
        path, _ = browser.open("offer", issuer.create_offer("ehic", grant="authorization"))
        sent = browser.post(path, status=302, follow=False, answer="accept")
        back = visit(sent.headers["Location"])
        eve = Browser(app, wallet_database, wallet, now, "eve", secrets.token_bytes(32))
        eve.get(back.removeprefix(WALLET_URL), status=400)
        assert issuer.seen["token"] == []

    def test_tm_03_a_foreign_name_is_text(self, browser, issuer):
        issuer.faults["metadata_vct"] = "urn:x:<script>alert(1)</script>\u202e"
        _, page = browser.open("offer", issuer.create_offer("ehic"))
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "does not know this kind of document" in page
        assert ">Accept<" not in re.sub(r"\s+", "", page)

    def test_a_bad_offer_has_a_page_of_its_own(self, browser):
        page = browser.get("/offer?credential_offer=%7B%7D", status=400)
        assert "Traceback" not in page.text
        assert "Code" in page.text

    def test_a_document_that_fails_its_checks_is_explained(self, browser, issuer):
        issuer.faults["claims"] = {"exp": 1_600_000_000}
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        assert "was not accepted" in browser.post(path, status=400, answer="accept").text
        assert "The document has expired" in browser.get("/history").text


class TestWaiting:
    def test_a_deferred_document_is_waited_for_and_arrives(self, browser, issuer, wallet_database):
        issuer.faults["defer"] = True
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        assert "Being prepared" in browser.post(path, answer="accept").text
        assert "1 document is being prepared" in browser.get("/").text
        wallet_database.execute("UPDATE wallet_deferred SET next_at = 0")
        assert "Not ready yet" in browser.post("/waiting").text
        issuer.faults.clear()
        wallet_database.execute("UPDATE wallet_deferred SET next_at = 0")
        assert "has arrived" in browser.post("/waiting").text
        assert "Nothing is being prepared" in browser.get("/waiting").text

    def test_asking_too_soon_says_when_one_can_ask_again(self, browser, issuer, wallet_database):
        issuer.faults["defer"] = True
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        browser.post(path, answer="accept")
        assert re.search(r"You can ask again in [1-5] seconds?\.", browser.post("/waiting").text)
        wallet_database.execute("UPDATE wallet_deferred SET next_at = next_at + 120")
        assert "You can ask again in 2 minutes." in browser.post("/waiting").text

    def test_a_refused_one_is_explained(self, browser, issuer, wallet_database):
        issuer.faults["defer"] = True
        path, _ = browser.open("offer", issuer.create_offer("ehic"))
        browser.post(path, answer="accept")
        issuer.faults.clear()
        issuer.deferred.clear()
        wallet_database.execute("UPDATE wallet_deferred SET next_at = 0")
        assert "was refused" in browser.post("/waiting").text


class TestDocument:
    def address(self, browser, wallet):
        (card,) = wallet.credentials.of_holder(browser.user_id)
        return f"/documents/{card.id}"

    def test_every_entry_and_what_it_is_not(self, stocked, wallet):
        page = stocked.get(self.address(stocked, wallet)).text
        for words in ("Personal identification number", "What it is not", "form S2", "Check again"):
            assert words in page

    def test_another_citizens_document_is_not_there(
        self, stocked, app, wallet, wallet_database, now
    ):
        eve = Browser(app, wallet_database, wallet, now, "eve", secrets.token_bytes(32))
        address = self.address(stocked, wallet)
        for page in (eve.get(address, status=404), eve.post(f"{address}/delete", status=404)):
            assert "not here" in page.text
        assert len(wallet.credentials.of_holder(stocked.user_id)) == 1

    def test_fresh_copies(self, stocked, wallet):
        page = stocked.post(f"{self.address(stocked, wallet)}/renew")
        assert "has fresh copies" in page.text

    def test_fresh_copies_that_are_refused(self, stocked, wallet, issuer):
        issuer.refresh_tokens.clear()
        assert "gave no fresh copy" in stocked.post(f"{self.address(stocked, wallet)}/renew").text

    def test_fresh_copies_need_a_fresh_passkey(self, stocked, wallet):
        stocked.age_sign_in(400)
        answer = stocked.post(f"{self.address(stocked, wallet)}/renew", status=302, follow=False)
        assert answer.headers["Location"].startswith("/sign-in?")

    def test_checking_again(self, stocked, wallet, issuer, wallet_database):
        for index in issuer.seen["indices"]:
            issuer.withdraw(index)
        wallet_database.execute("DELETE FROM status_list_cache")
        page = stocked.post(f"{self.address(stocked, wallet)}/check").text
        assert "has withdrawn this document" in page
        assert "Get fresh copies" not in page
        asked = len(issuer.seen["token"])
        page = stocked.post(f"{self.address(stocked, wallet)}/renew").text
        assert "has no fresh copies" in page
        assert len(issuer.seen["token"]) == asked

    def test_deleting_asks_first(self, stocked, wallet, issuer):
        address = self.address(stocked, wallet)
        assert "Delete this document?" in stocked.get(f"{address}/delete").text
        assert "is deleted" in stocked.post(f"{address}/delete").text
        assert issuer.seen["notifications"][-1] == ("note-1", "credential_deleted")
        stocked.get(address, status=404)


class TestPresenting:
    def test_qr_02_the_page_says_who_why_where_what_and_what_not(self, stocked, verifier):
        _, page = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        for words in ("Υποδειγματική Επιθεώρηση Εργασίας", "To check your posting at this site",
                      verifier.url.removeprefix("http://"), "Identification number of the card",
                      "1 entry stays hidden", "Personal identification number"):  # fmt: skip
            assert words in page
        assert verifier.answers == []

    def test_sharing(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        page = stocked.post(path, answer="share")
        assert "has received what you agreed to" in page.text
        assert {p[0] for p in verifier.take()["a"][0].processed.paths} == {"document_number"}

    def test_reloading_the_page_fetches_the_request_once(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.get(path)
        assert len(verifier.fetched) == 1

    def test_answering_twice_is_not_possible(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.post(path, answer="share")
        assert "has run out" in stocked.post(path, status=400, answer="share").text
        assert len(verifier.answers) == 1

    def test_ww_02_signing_needs_a_recent_passkey(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.age_sign_in(400)
        answer = stocked.post(path, status=302, follow=False, answer="share")
        assert answer.headers["Location"].startswith("/sign-in?next=%2Fpresent%2F")
        assert verifier.answers == []
        page = stocked.get(path).text
        assert "Confirm with your passkey" in page
        assert 'value="share"' not in page

    def test_refusing_needs_no_passkey(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.age_sign_in(400)
        assert "Nothing was shown" in stocked.post(path, answer="refuse").text
        assert verifier.status().reason == "access_denied"

    def test_no_answer_at_all_is_a_refusal(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.post(path)
        assert verifier.status().reason == "access_denied"

    def test_vp_28_asking_too_much_is_named(self, stocked, verifier):
        dataset = create_dataset(ask_for(EHIC, NUMBER))
        query = ask_for(EHIC, NUMBER, ("personal_administrative_number",))
        _, page = stocked.open("present", verifier.ask(query, dataset=dataset))
        assert "ask for more than they have registered" in page
        assert "Not registered:" in page

    def test_the_way_back_is_shown_with_its_host(self, stocked, verifier):
        back = "https://verifier.example/inspections/1"
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC), redirect_uri=back))
        page = stocked.post(path, answer="share").text
        assert "verifier.example" in page
        assert f'href="{back}?response_code=' in page

    def test_nothing_that_fits(self, stocked, verifier):
        path, page = stocked.open("present", verifier.ask(ask_for(PDA1_WEBUILD)))
        assert "something you do not have here" in page
        assert verifier.answers == []
        stocked.post(path, answer="refuse")
        assert verifier.status().reason == "access_denied"
        assert "Nothing to show" in stocked.get("/history").text

    def test_vp_01_an_unverified_request_never_names_anybody(self, stocked, verifier):
        verifier.spoil = verifier.resign(client_id="x509_hash:other", nonce=None)
        link = verifier.ask(ask_for(EHIC))
        page = stocked.get(f"/present?{link.partition('?')[2]}", status=400).text
        assert "Υποδειγματική" not in page
        assert "Stopped" in stocked.get("/history").text

    def test_a_request_with_a_mistake_is_explained_and_reported_once(self, stocked, verifier):
        verifier.spoil = verifier.resign(transaction_data=["e30"])
        link = verifier.ask(ask_for(EHIC))
        path, page = stocked.open("present", link)
        for words in ("This request cannot be answered", "Υποδειγματική Επιθεώρηση Εργασίας",
                      "confirm a transaction", "They were told"):  # fmt: skip
            assert words in page
        assert "They were told" in stocked.get(path).text
        assert stocked.open("present", link) == (path, page)
        assert verifier.status().reason == "invalid_transaction_data"
        assert len(verifier.answers) == 1
        assert "confirm a transaction" in stocked.get("/history").text

    def test_a_mistake_that_cannot_be_reported_is_explained_all_the_same(self, stocked, verifier):
        verifier.spoil = verifier.resign(nonce=None)
        verifier.answer_status = 500
        _, page = stocked.open("present", verifier.ask(ask_for(EHIC)))
        assert "has a mistake in it" in page
        assert "They could not be told" in page

    def test_another_citizens_request_is_not_there(
        self, stocked, app, wallet, wallet_database, verifier, now
    ):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        eve = Browser(app, wallet_database, wallet, now, "eve", secrets.token_bytes(32))
        eve.get(path, status=400)
        eve.post(path, status=400, answer="refuse")
        assert verifier.answers == []

    def test_choosing_between_alternatives(self, stocked, issuer, verifier, wallet):
        path, _ = stocked.open("offer", issuer.create_offer("a1"))
        stocked.post(path, answer="accept")
        query = {
            "credentials": ask_for(EHIC, NUMBER, query_id="card")["credentials"]
            + ask_for(PDA1_WEBUILD, ("documentID",), query_id="a1")["credentials"],
            "credential_sets": [{"options": [["card"], ["a1"]]}],
        }
        path, page = stocked.open("present", verifier.ask(query))
        assert "Choose one way to answer" in page
        a1 = next(c for c in wallet.credentials.of_holder("citizen") if c.vct == PDA1_WEBUILD)
        stocked.post(path, answer="share", **{"option-0": "1", "document-a1": a1.id})
        assert set(verifier.take()) == {"a1"}

    @pytest.mark.parametrize(
        "fields", [{"option-0": "9"}, {"option-0": "x"}, {"document-a": "nope"}]
    )
    def test_what_the_page_does_not_offer_is_refused(self, stocked, verifier, fields):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC, NUMBER)))
        stocked.post(path, status=400, answer="share", **fields)
        assert verifier.answers == []


class TestHistoryAndAccount:
    def test_empty_history_says_what_will_be_here(self, browser):
        assert "Nothing has happened yet" in browser.get("/history").text

    def test_filters(self, stocked):
        assert "Received" in stocked.get("/history?event=received").text
        assert "Nothing of this kind" in stocked.get("/history?event=shared").text
        assert stocked.get("/history?event=nonsense").status_code == 200

    def test_clearing_asks_first(self, stocked):
        assert "Clear the history?" in stocked.get("/history/clear").text
        assert "Nothing has happened yet" in stocked.post("/history/clear").text

    def test_deleting_one_entry_asks_first_and_leaves_the_others(self, stocked, verifier):
        path, _ = stocked.open("present", verifier.ask(ask_for(EHIC)))
        stocked.post(path, answer="refuse")
        (address, *rest) = re.findall(
            r'href="(/history/[^/"]+/delete)"', stocked.get("/history").text
        )
        assert len(rest) == 1
        question = stocked.get(address).text
        for words in ("Delete this entry?", "You refused", verifier.url.removeprefix("http://")):
            assert words in question
        page = stocked.post(address).text
        assert "The entry is deleted." in page
        assert verifier.url.removeprefix("http://") not in page
        assert "Received" in page
        assert "not here" in stocked.post(address, status=404).text
        assert "not here" in stocked.get(address, status=404).text

    def test_an_entry_is_not_deleted_without_the_form_or_by_another_citizen(
        self, stocked, app, wallet, wallet_database, now
    ):
        (entry,) = wallet.history.of_holder(stocked.user_id)
        address = f"/history/{entry.id}/delete"
        forged = stocked.client.post(address, base_url=WALLET_URL, data={"csrf_token": "guessed"})
        assert forged.status_code == 400
        eve = Browser(app, wallet_database, wallet, now, "eve", secrets.token_bytes(32))
        eve.get(address, status=404)
        eve.post(address, status=404)
        assert wallet.history.get(stocked.user_id, entry.id) == entry

    def test_the_export_is_a_file_of_ones_own(self, stocked):
        answer = stocked.get("/account/export")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.json["credentials"][0]["type"] == EHIC
        assert answer.headers["Cache-Control"] == "no-store"

    def test_the_account_says_how_keys_are_protected(
        self, stocked, app, wallet, wallet_database, now
    ):
        assert "Your passkey locks the keys" in stocked.get("/account").text
        other = Browser(app, wallet_database, wallet, now, "no-prf", None)
        assert "The server locks the keys" in other.get("/account").text

    def test_deleting_the_wallet_needs_a_recent_passkey_and_leaves_nothing(
        self, stocked, wallet_database
    ):
        stocked.age_sign_in(400)
        answer = stocked.post("/account/delete", status=302, follow=False)
        assert answer.headers["Location"].startswith("/sign-in?")
        stocked.age_sign_in(-400)
        assert "Set up your wallet" in stocked.post("/account/delete").text
        for table in ("web_users", "web_passkeys", "web_sessions", "wallet_credentials",
                      "wallet_holder_keys", "wallet_wrapping_keys", "wallet_history"):  # fmt: skip
            assert wallet_database.query(f"SELECT * FROM {table}") == [], table

    def test_no_personal_data_in_addresses(self, stocked):
        page = stocked.get("/").text
        assert "38405170415" not in " ".join(re.findall(r'href="([^"]*)"', page))


class TestSignIn:
    def test_a_passkey_without_prf_cannot_open_what_prf_locked(self, wallet, now):
        open_keys(wallet.keys, "x", PRF, now)
        with pytest.raises(LockedError):
            open_keys(wallet.keys, "x", None, now)

    def test_the_same_prf_opens_again(self, wallet, now):
        assert open_keys(wallet.keys, "x", PRF, now) == open_keys(wallet.keys, "x", PRF, now)


def test_every_code_has_words():
    assert set(EVENTS) == set(type(next(iter(EVENTS))))
    assert set(STANDINGS) == set(type(next(iter(STANDINGS))))
    assert set(CAUTIONS) == set(type(next(iter(CAUTIONS))))


def test_a_missing_setting_is_named():
    with pytest.raises(MalformedError, match="WALLET_BASE_URL"):
        WalletConfig.from_environ({})


@pytest.mark.parametrize(
    "wrong", [{"WALLET_COPIES": "0"}, {"WALLET_COPIES": "x"}, {"WALLET_UNLOCK_SECONDS": "99999"}]
)
def test_a_setting_that_cannot_be_is_refused(wrong, tmp_path):
    environ = {f"WALLET_{name}": "x" for name in ("BASE_URL", "SECRET_KEY", "DATABASE_URL", "KEYS_FOLDER", "TRUST_ANCHORS")}  # fmt: skip
    with pytest.raises(MalformedError):
        WalletConfig.from_environ({**environ, **wrong})
