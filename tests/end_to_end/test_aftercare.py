"""After the issuing: receipts, notices, paper, a replacement certificate; all parties are real."""

import time
from dataclasses import replace
from datetime import date
from typing import ClassVar

import pytest

from esspass.attestations import EHIC
from esspass.openid4vci.client_attestation import create_client_attestation
from issuer.reasons import WithdrawalReason
from tests.end_to_end.conftest import check_accessibility, equip
from tests.end_to_end.quality import check_reflow
from tests.end_to_end.residents import settle
from tests.end_to_end.test_casework import check_person, open_case
from wallet.provider import WalletProvider

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


@pytest.fixture(scope="module")
def person(cast):
    return settle(cast, "Petrauskas", "Vytautas")


@pytest.fixture(scope="module")
def citizen(new_citizen, cast, person):
    arrived = new_citizen("Vytautas")
    equip(arrived, cast, person)
    arrived.page.set_viewport_size({"width": 390, "height": 844})
    return arrived


def open_document(citizen, word):
    for address in citizen.documents():
        citizen.go(address)
        if word in citizen.heading:
            return
    raise AssertionError(word)


def test_the_holder_reads_the_verdict_in_the_history(nurse, citizen):
    case = open_case(nurse, purpose="care", country="RO", day=date.today().isoformat())
    check_person(nurse, case, citizen)
    citizen.go("/history?event=shared")
    receipt = citizen.page.locator(".wallet-receipt").first
    assert receipt.get_attribute("data-outcome") in {"COVERED", "DOUBT"}
    assert "Article 19" in receipt.inner_text()
    check_accessibility(citizen.page)


def test_would_it_cover_me(citizen):
    open_document(citizen, "Health Insurance")
    citizen.press("a[href$='/cover']")
    check_accessibility(citizen.page)
    citizen.page.select_option("#country", "RO")
    citizen.page.check("#planned_care-no")
    citizen.page.check("#resides_here-no")
    citizen.press("main form button[type=submit]")
    assert citizen.page.get_attribute(".app-verdict", "data-outcome") == "COVERED"
    check_accessibility(citizen.page)
    check_reflow(citizen.page)
    citizen.page.check("#planned_care-yes")
    citizen.press("main form button[type=submit]")
    assert citizen.page.get_attribute(".app-verdict", "data-outcome") == "NOT_COVERED"


def test_the_paper_is_handed_on(citizen):
    open_document(citizen, "A1")
    with citizen.page.expect_download() as download:
        citizen.page.click("a[href$='/paper']")
    with download.value.path().open("rb") as file:
        assert file.read(5) == b"%PDF-"
    assert download.value.suggested_filename.endswith(".pdf")


def test_a_replacement_certificate_reaches_the_desk(nurse, citizen):
    open_case(nurse, purpose="care", country="RO", day=date.today().isoformat())
    nurse.press("form[action$='/replacement'] button")
    link = nurse.page.get_attribute("main a[href*='/replacement?']", "href")
    citizen.open_link(link)
    check_accessibility(citizen.page)
    check_reflow(citizen.page)
    assert "Pavyzdinė" in citizen.text
    citizen.confirm()
    citizen.press("button[value=send]")
    assert "/replacement/result/" in citizen.path
    assert "on its way" in citizen.heading
    check_accessibility(citizen.page)
    nurse.page.wait_for_selector("#verdict-title", timeout=30_000)


def test_a_withdrawal_is_explained(cast, citizen, person):
    cast.office("issuer-lt").withdraw(person, "pda1", WithdrawalReason.ENDED, date.today())
    open_document(citizen, "A1")
    citizen.press("form[action$='/notices'] button")
    notices = citizen.page.inner_text(".wallet-notices")
    assert "the work or the insurance ended earlier" in notices
    assert "In effect from" in notices
    assert "Withdrawn" in citizen.page.inner_text(".wallet-standing")
    check_accessibility(citizen.page)
    citizen.read("el")
    citizen.page.reload()
    assert "Ανακλήθηκε" in citizen.page.inner_text(".wallet-notices")
    citizen.read("en")


def test_what_cannot_be_renewed_says_so(citizen):
    open_document(citizen, "A1")
    citizen.press("form[action$='/renewal'] button")
    assert "refused" in citizen.page.inner_text(".app-flash--bad")


class LateProvider(WalletProvider):
    """Hands out an attestation of last week first, good for another week by its own word."""

    made: ClassVar[list[int]] = []

    def attest_instance(self, instance_key, now):
        self.made.append(now)
        if len(self.made) > 1:
            return super().attest_instance(instance_key, now)
        return create_client_attestation(
            self.signer, issuer=self.client_id, client_id=self.client_id,
            instance_key=instance_key, now=now - 7 * 86400, lifetime=14 * 86400,
        )  # fmt: skip


def test_a_stale_wallet_attestation_is_made_anew_once(cast, person):
    """At the issuer's own token endpoint: it answers 400 ``use_fresh_attestation``."""
    owner = cast.owner("builder")
    wallet = owner.wallet
    late = LateProvider(wallet.issuance.desk.provider.signer, wallet.base_url)
    desk = replace(wallet.issuance.desk, provider=late)
    wallet = replace(wallet, issuance=replace(wallet.issuance, desk=desk))
    office = cast.office("issuer-lt")
    offer = office.offer(person, EHIC, "ehic", "pre-authorized", tx_code=False)
    received = wallet.accept_offer(owner.holder, offer.uri, None, int(time.time()))
    assert received.credential_ids
    assert len(late.made) == 2
    wallet.delete_credential(owner.holder.id, received.credential_ids[0], int(time.time()))
