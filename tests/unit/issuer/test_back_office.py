"""The back office: list, decision, offers, withdrawal, approval; for staff only."""

import re
from datetime import date

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.statuslist import (
    INVALID,
    SUSPENDED,
    VALID,
    parse_status_list_token,
    verify_status_list_token,
)
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from tests.builders.issuance import ISSUER, NOW, PRE_AUTHORIZED


class Clerk:
    """A browser of a member of staff who is signed in."""

    def __init__(self, office, name="Aldona Tarnautė"):
        self.client = office.app.test_client()
        database = office.services.database
        PasskeyStore(database).add_user(User("dXNlcg", "staff", name, "salt"), NOW)
        token = ServerSessionStore(database).create("dXNlcg", now=NOW, lifetime=8 * 3600)
        with self.client.session_transaction(base_url=ISSUER) as session:
            session["session"] = token

    def get(self, path, **query):
        return self.client.get(path, query_string=query, base_url=ISSUER)

    def search(self, **values):
        return self.post("/decisions", self.get("/decisions"), **values)

    def post(self, path, form, /, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.text).group(1)
        return self.client.post(path, data={"csrf_token": token, **values}, base_url=ISSUER)


@pytest.fixture
def clerk(office):
    return Clerk(office)


def page_of(office, key="builder", kind="ehic"):
    return f"/decisions/{office.records[key, kind]}"


@pytest.mark.parametrize(
    "path",
    [
        "/decisions",
        "/decisions/x",
        "/decisions/x/offer",
        "/decisions/x/withdraw",
        "/decisions/x/offers/y",
    ],
)
def test_web_01_nothing_without_sign_in(office, path):
    response = office.app.test_client().get(path, base_url=ISSUER)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        "hold",
        "suspend",
        "reinstate",
        "approve",
        "refuse",
        "offer",
        "withdraw",
        "withdraw/confirm",
        "offers/x/cancel",
    ],
)
def test_web_01_no_change_without_the_secret_of_the_form(office, clerk, path):
    response = clerk.client.post(f"{page_of(office)}/{path}", base_url=ISSUER, data={})
    assert response.status_code == 400
    assert office.issuer.records.get(office.records["builder", "ehic"]).state == "granted"


def test_the_start_page(office, clerk):
    assert (
        "Here documents are issued to wallets"
        in office.app.test_client().get("/", base_url=ISSUER).text
    )
    assert clerk.get("/").headers["Location"] == "/office"


def test_the_list_and_its_search(office, clerk, people):
    everything = clerk.get("/decisions").text
    assert everything.count('class="issuer-decision"') == len(office.ids)
    person = people["driver"].person
    for words in (
        person.surnames,
        person.surnames.upper(),
        f"{person.forenames} {person.surnames}",
        person.pin,
    ):
        assert clerk.search(q=words).text.count('class="issuer-decision"') == 1
    number = people["builder"].documents[1].document_number
    assert clerk.search(q=number).text.count('class="issuer-decision"') == 1
    child = people["parent"].represents
    assert (
        clerk.search(q=f"{child.forenames} {child.surnames}").text.count('class="issuer-decision"')
        == 1
    )
    assert "Nothing found" in clerk.search(q="nobody").text
    assert "Nothing found" in clerk.get("/decisions", state="withdrawn").text


def test_what_is_searched_for_stands_in_no_address(clerk, people):
    surname = people["driver"].person.surnames
    assert clerk.get("/decisions", q=surname).text.count('class="issuer-decision"') > 1
    found = clerk.search(q=surname)
    assert found.status_code == 200
    assert "q=" not in found.text


def test_pages_of_the_list(office, clerk, people):
    from dataclasses import replace

    person, ehic = people["builder"].person, people["builder"].documents[1]
    for number in range(20):
        office.issuer.records.add(
            person, replace(ehic, document_number=f"8044000000000000{number:04d}"), NOW + number
        )
    first = clerk.get("/decisions").text
    assert first.count('class="issuer-decision"') == 15
    assert "Next page" in first
    assert "Previous page" not in first
    second = clerk.get("/decisions", page=2).text
    assert second.count('class="issuer-decision"') == len(office.ids) + 5
    pages = clerk.search(q=person.surnames, page=2).text
    assert 'name="page" value="1"' in pages
    assert clerk.get("/decisions", page=99).status_code == 200
    assert clerk.get("/decisions", page="x").status_code == 200


def test_an_empty_register(make_office, sqlite_database):
    office = make_office()
    for table in ("records", "persons"):
        sqlite_database.execute(f"DELETE FROM {table}")
    assert "No decisions yet" in Clerk(office).get("/decisions").text


def test_a_decision_in_plain_words(office, clerk, people):
    text = clerk.get(page_of(office, kind="pda1")).text
    assert people["builder"].person.surnames in text
    assert "Posted employed person" in text
    assert "Greece" in text
    assert "Nothing has been issued yet." in text
    assert clerk.get("/decisions/unknown").status_code == 400


@pytest.mark.parametrize("lang", ["lt", "el", "ro"])
def test_document_words_in_other_languages(office, clerk, lang):
    clerk.get("/decisions", lang=lang)
    page = clerk.get(page_of(office))
    assert f'<html lang="{lang}"' in page.text


def test_an_offer_with_a_transaction_code_shown_once(office, clerk):
    form = clerk.get(f"{page_of(office)}/offer")
    made = clerk.post(f"{page_of(office)}/offer", form, vct=EHIC, grant="pre-authorized-tx-code")
    assert made.status_code == 201
    tx_code = re.search(r'id="tx-code">(\d{6})<', made.text).group(1)
    reference = re.search(
        r"credential_offer_uri=https%3A%2F%2Fissuer.example(%2Fcredential-offers%2F[\w-]+)",
        made.text,
    ).group(1)
    path = reference.replace("%2F", "/")
    offer = clerk.get(path).json
    again = clerk.get(f"{page_of(office)}/offers/{path.rpartition('/')[2]}")
    assert tx_code not in again.text
    assert "cannot be shown again" in again.text
    assert office.wallet().redeem(offer, tx_code).status_code == 200
    assert (
        "This offer can no longer be used."
        in clerk.get(f"{page_of(office)}/offers/{path.rpartition('/')[2]}").text
    )
    assert "Aldona Tarnautė" in clerk.get(page_of(office)).text


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"vct": EHIC},
        {"vct": PDA1_WEBUILD, "grant": "authorization"},
        {"vct": "x", "grant": "authorization"},
        {"vct": EHIC, "grant": "x"},
    ],
)
def test_offers_that_cannot_be_made(office, clerk, values):
    form = clerk.get(f"{page_of(office)}/offer")
    refused = clerk.post(f"{page_of(office)}/offer", form, **values)
    assert refused.status_code == 400
    assert "There is a problem" in refused.text
    assert office.issuer.offers.of_record(office.records["builder", "ehic"]) == []


def test_cancelling_an_offer(office, clerk):
    form = clerk.get(f"{page_of(office)}/offer")
    clerk.post(f"{page_of(office)}/offer", form, vct=EHIC, grant="pre-authorized")
    offer = office.issuer.offers.of_record(office.records["builder", "ehic"])[0]
    document = clerk.get(f"/credential-offers/{offer.id}").json
    assert PRE_AUTHORIZED in document["grants"]
    page = clerk.get(f"{page_of(office)}/offers/{offer.id}")
    done = clerk.post(f"{page_of(office)}/offers/{offer.id}/cancel", page)
    assert done.status_code == 303
    assert clerk.get(f"/credential-offers/{offer.id}").status_code == 404
    assert office.wallet().redeem(document).json["error"] == "invalid_grant"
    assert clerk.post(f"{page_of(office)}/offers/{offer.id}/cancel", page).status_code == 400


def test_an_offer_of_another_decision(office, clerk):
    form = clerk.get(f"{page_of(office)}/offer")
    clerk.post(f"{page_of(office)}/offer", form, vct=EHIC, grant="pre-authorized")
    offer = office.issuer.offers.of_record(office.records["builder", "ehic"])[0]
    assert clerk.get(f"{page_of(office, 'driver', 'pda1')}/offers/{offer.id}").status_code == 404


def withdraw(office, clerk, reason="fraud", effective="2026-09-01"):
    form = clerk.get(f"{page_of(office)}/withdraw")
    return clerk.post(f"{page_of(office)}/withdraw", form, reason=reason, effective=effective)


def test_withdrawing_with_confirmation(office, clerk):
    office.ready(holders=2).credential()
    review = withdraw(office, clerk)
    assert review.status_code == 200
    assert "It was obtained by false statements" in review.text
    assert "1 September 2026" in review.text
    assert office.issuer.records.get(office.records["builder", "ehic"]).state == "granted"
    done = clerk.post(
        f"{page_of(office)}/withdraw/confirm", review, reason="fraud", effective="2026-09-01"
    )
    assert done.status_code == 303
    page = clerk.get(page_of(office)).text
    assert "2 credentials are no longer valid" in page
    assert "Withdrawn with effect from 1 September 2026" in page
    assert "Aldona Tarnautė" in page
    assert page.count("Not valid") == 2
    assert "Offer to the person" not in page
    record = office.issuer.records.get(office.records["builder", "ehic"])
    assert (record.withdrawal_reason, record.withdrawal_date) == ("fraud", date(2026, 9, 1))
    assert clerk.get(f"{page_of(office)}/withdraw").status_code == 400


@pytest.mark.parametrize(
    ("reason", "effective", "problem"),
    [("", "2026-09-01", "Choose why the document is withdrawn"), ("made up", "2026-09-01", "Choose why"),
     ("fraud", "", "Enter the date"), ("fraud", "1.9.2026", "Enter the date"), ("fraud", "2027-01-01", "must not lie in the future"),
     ("fraud", "1999-01-01", "must not lie before the document began")],
)  # fmt: skip
def test_withdrawals_that_are_incomplete(office, clerk, reason, effective, problem):
    answer = withdraw(office, clerk, reason, effective)
    assert answer.status_code == 400
    assert problem in answer.text
    skipped = clerk.post(
        f"{page_of(office)}/withdraw/confirm", answer, reason=reason, effective=effective
    )
    assert skipped.headers["Location"].endswith("/withdraw")
    assert office.issuer.records.get(office.records["builder", "ehic"]).state == "granted"


def test_approving_what_waits(office, clerk):
    office.issuer.hold(office.records["builder", "ehic"], NOW)
    wallet = office.ready()
    transaction = {"transaction_id": wallet.credential().json["transaction_id"]}
    page = clerk.get(page_of(office))
    assert "waits for approval" in page.text
    assert clerk.post(f"{page_of(office)}/approve", page).status_code == 303
    assert wallet.resource("/deferred-credential", transaction).status_code == 200
    assert clerk.post(f"{page_of(office)}/refuse", page).status_code == 400


def test_putting_on_hold_and_releasing(office, clerk):
    page = clerk.get(page_of(office))
    assert clerk.post(f"{page_of(office)}/hold", page).status_code == 303
    held = clerk.get(page_of(office)).text
    assert "The document is on hold" in held
    assert "Waiting for approval" in held
    assert "Put on hold" not in held
    wallet = office.ready()
    waiting = wallet.credential()
    assert waiting.status_code == 202
    clerk.post(f"{page_of(office)}/approve", page)
    transaction = {"transaction_id": waiting.json["transaction_id"]}
    assert wallet.resource("/deferred-credential", transaction).status_code == 200


def test_what_is_issued_can_no_longer_be_held(office, clerk):
    page = clerk.get(page_of(office))
    assert "Put on hold" in page.text
    office.ready().credential()
    shown = clerk.get(page_of(office)).text
    assert "Put on hold" not in shown
    assert "later" not in clerk.get(f"{page_of(office)}/offer").text
    assert clerk.post(f"{page_of(office)}/hold", page).status_code == 400
    forced = clerk.post(
        f"{page_of(office)}/offer", page, vct=EHIC, grant="pre-authorized", later="1"
    )
    assert forced.status_code == 400
    offers = office.issuer.offers.of_record(office.records["builder", "ehic"])
    assert [offer.redeemed_at is None for offer in offers] == [False]


def test_an_offer_to_be_handed_over_later(office, clerk):
    form = clerk.get(f"{page_of(office)}/offer")
    made = clerk.post(f"{page_of(office)}/offer", form, vct=EHIC, grant="pre-authorized", later="1")
    assert made.status_code == 201
    assert "The wallet receives the document once it is approved." in made.text
    assert "The person can take the offer now." in clerk.get(f"{page_of(office)}/offer").text
    offer = office.issuer.offers.of_record(office.records["builder", "ehic"])[0]
    wallet = office.wallet()
    assert wallet.redeem(clerk.get(f"/credential-offers/{offer.id}").json).status_code == 200
    waiting = wallet.credential()
    assert waiting.status_code == 202
    page = clerk.get(page_of(office))
    assert "A wallet asked; it waits for approval" in page.text
    clerk.post(f"{page_of(office)}/approve", page)
    transaction = {"transaction_id": waiting.json["transaction_id"]}
    assert wallet.resource("/deferred-credential", transaction).status_code == 200


def test_an_offer_with_an_error_keeps_the_choice_and_holds_nothing(office, clerk):
    form = clerk.get(f"{page_of(office)}/offer")
    refused = clerk.post(f"{page_of(office)}/offer", form, vct=EHIC, later="1")
    assert refused.status_code == 400
    assert re.search(r'id="later"[^>]*checked', refused.text)
    assert office.issuer.records.get(office.records["builder", "ehic"]).state == "granted"


def published(office):
    token = office.app.test_client().get("/status/1", base_url=ISSUER).text
    parsed = parse_status_list_token(token)
    list_uri = f"{ISSUER}/status/1"
    now = office.clock[0]
    return verify_status_list_token(parsed, parsed.chain[0].public_key(), list_uri, now).statuses


def test_suspending_and_reinstating(make_office):
    office = make_office(status_bits=2)
    clerk = Clerk(office)
    wallet = office.ready()
    assert "Suspend" not in clerk.get(page_of(office)).text
    wallet.credential()
    index = office.issuer.credentials.of_record(office.records["builder", "ehic"])[0].index
    page = clerk.get(page_of(office))
    assert clerk.post(f"{page_of(office)}/suspend", page).status_code == 303
    shown = clerk.get(page_of(office)).text
    assert "This document is suspended." in shown
    assert "Offer to the person" not in shown
    assert published(office).get(index) == SUSPENDED
    assert wallet.credential().json["error"] == "credential_request_denied"
    assert clerk.post(f"{page_of(office)}/suspend", page).status_code == 400
    assert clerk.post(f"{page_of(office)}/reinstate", page).status_code == 303
    assert published(office).get(index) == VALID
    assert wallet.credential().status_code == 200
    assert "Back in force" in clerk.get(page_of(office)).text


def test_what_is_suspended_can_be_withdrawn_and_then_never_reinstated(make_office):
    office = make_office(status_bits=2)
    clerk = Clerk(office)
    office.ready().credential()
    record_id = office.records["builder", "ehic"]
    office.issuer.suspend(record_id, NOW)
    review = withdraw(office, clerk)
    assert re.search(r"Credentials that become invalid.*?>\s*1\s*<", review.text, re.DOTALL)
    values = {"reason": "fraud", "effective": "2026-09-01"}
    done = clerk.post(f"{page_of(office)}/withdraw/confirm", review, **values)
    assert done.status_code == 303
    credential = office.issuer.credentials.of_record(record_id)[0]
    assert (credential.status, published(office).get(credential.index)) == (INVALID, INVALID)
    assert clerk.post(f"{page_of(office)}/reinstate", review).status_code == 400


def test_nothing_is_suspended_on_lists_of_one_bit(office, clerk):
    office.ready().credential()
    page = clerk.get(page_of(office))
    assert "Suspend" not in page.text
    refused = clerk.post(f"{page_of(office)}/suspend", page)
    assert refused.status_code == 400
    assert "This document cannot be suspended" in refused.text
    assert office.issuer.records.get(office.records["builder", "ehic"]).state == "granted"


def test_refusing_what_waits(office, clerk):
    office.issuer.hold(office.records["builder", "ehic"], NOW)
    page = clerk.get(page_of(office))
    assert clerk.post(f"{page_of(office)}/refuse", page).status_code == 303
    assert "Refused" in clerk.get(page_of(office)).text


def test_web_01_stored_script_is_shown_as_text(office, clerk, people):
    from dataclasses import replace

    person = replace(
        people["builder"].person, surnames="<script>alert(1)</script>", pin="39001011234"
    )
    document = replace(people["builder"].documents[1], document_number="80440000000000009999")
    record_id, _ = office.issuer.records.add(person, document, NOW)
    for path in (
        "/decisions",
        f"/decisions/{record_id}",
        f"/decisions/{record_id}/offer",
        f"/decisions/{record_id}/withdraw",
    ):
        text = clerk.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
