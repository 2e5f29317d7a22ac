"""What a wallet learns about its documents: why a status changed, since when, what follows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from esspass.attestations import EHIC, PDA1_APPLICATION, PDA1_EUDI, PDA1_WEBUILD, Ehic
from esspass.documents import seal_anchors, verify_seal
from esspass.errors import VerificationError
from esspass.openid4vci.metadata import parse_issuer_metadata
from esspass.statuslist import INVALID
from esspass.web import LOCALES
from issuer.commands import import_records
from issuer.history import Event
from issuer.notices import ENDED, ENDS_SOON, RENEWAL_DECLINED, RENEWAL_REQUESTED, SUCCESSOR
from issuer.reasons import CHOSEN_BY_CLERKS, WithdrawalReason
from issuer.renewals import RenewalState, renew_ehic
from issuer.service import OfferError
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.test_back_office import Clerk, page_of
from tests.unit.issuer.test_paper import credential_of, get_paper, status_of

TODAY = datetime.fromtimestamp(NOW, UTC).date()
ALL_TYPES = (PDA1_WEBUILD, PDA1_EUDI, EHIC, PDA1_APPLICATION)


def notices(wallet):
    answer = wallet.read("/notices")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json["notices"]


def reasons(wallet):
    return [notice["reason"] for notice in notices(wallet)]


def enter(office, people, key, document):
    """Put one more document of a citizen into the register; its record's key is its number."""
    (record_id,) = import_records(
        office.services.database, [(people[key].person, (document,))], office.clock[0]
    )
    office.records[key, document.document_number] = record_id
    return record_id


def ending_card(people, days=30, number="80440900010000009901", key="builder"):
    """A card of the citizen that ends in so many days."""
    card = next(d for d in people[key].documents if isinstance(d, Ehic))
    ends = TODAY + timedelta(days=days)
    starts = ends - timedelta(days=729)
    return replace(
        card, document_number=number, starts=starts, issued_on=starts, ends=ends, expires_on=ends
    )


def renew(wallet, number):
    return wallet.resource("/renewals", {"document_number": number})


def fetch_offer(office, uri):
    reference = parse_qs(urlsplit(uri).query)["credential_offer_uri"][0]
    return office.app.test_client().get(urlsplit(reference).path, base_url=ISSUER).json


def test_the_metadata_names_the_endpoints(office):
    metadata = office.services.publication.issuer_metadata
    assert metadata["esspass_notices_endpoint"] == f"{ISSUER}/notices"
    assert metadata["esspass_renewal_endpoint"] == f"{ISSUER}/renewals"
    assert metadata["esspass_replacement_endpoint"] == f"{ISSUER}/replacement-certificates"
    assert parse_issuer_metadata(metadata, ISSUER).credential_issuer == ISSUER


def test_nothing_happened_nothing_is_told(portable_office):
    assert notices(portable_office.ready()) == []


def test_a_withdrawal_is_told_with_reason_and_effective_date(portable_office):
    wallet = portable_office.ready()
    record_id = portable_office.records["builder", "ehic"]
    portable_office.clock[0] += 60
    portable_office.issuer.withdraw(record_id, "ended_early", date(2026, 9, 1), NOW + 60, "A clerk")
    (notice,) = notices(wallet)
    sentence = notice.pop("sentence")
    assert notice == {
        "document_number": portable_office.issuer.records.get(record_id).number,
        "kind": "ehic",
        "status": "withdrawn",
        "reason": "ended_early",
        "effective_from": "2026-09-01",
        "at": NOW + 60,
        "renewable": False,
    }
    assert set(sentence) == set(LOCALES)
    assert sentence["en"] == "Withdrawn: the work or the insurance ended earlier."
    assert len(set(sentence.values())) == 4
    assert "clerk" not in str(sentence)


def test_every_change_is_told_the_latest_first(make_office):
    office = make_office(status_bits=2)
    record_id = office.records["builder", "ehic"]
    office.issuer.hold(record_id, NOW)
    wallet = office.ready()
    office.issuer.approve(record_id, NOW + 1)
    office.issuer.suspend(record_id, NOW + 2)
    office.issuer.reinstate(record_id, NOW + 3)
    told = [(n["reason"], n["status"], n["effective_from"]) for n in notices(wallet)]
    day = TODAY.isoformat()
    assert told == [
        ("reinstated", "granted", day),
        ("suspended", "suspended", day),
        ("approved", "granted", day),
        ("held", "pending", day),
    ]


@pytest.mark.parametrize("reason", CHOSEN_BY_CLERKS)
def test_each_reason_has_words_in_every_language(office, reason):
    wallet = office.ready()
    office.issuer.withdraw(office.records["builder", "ehic"], reason, TODAY, NOW)
    (notice,) = notices(wallet)
    assert notice["reason"] == reason
    assert all(notice["sentence"][locale].strip() for locale in LOCALES)
    assert notice["sentence"]["el"] != notice["sentence"]["en"]


def test_a_refusal_is_told(office):
    office.issuer.hold(office.records["builder", "ehic"], NOW)
    wallet = office.ready()
    office.issuer.refuse(office.records["builder", "ehic"], NOW)
    assert "refused" in reasons(wallet)


def test_nobody_elses_decision_is_told(portable_office, people):
    wallet = portable_office.ready("pensioner")
    for key in ("builder", "parent"):
        portable_office.issuer.withdraw(portable_office.records[key, "ehic"], "fraud", TODAY, NOW)
    a1 = portable_office.records["builder", "pda1"]
    portable_office.issuer.withdraw(a1, "fraud", TODAY, NOW)
    assert notices(wallet) == []
    assert Event.WITHDRAWN in [entry.event for entry in portable_office.issuer.history.of(a1)]


@pytest.mark.parametrize("path", ["/notices", "/renewals"])
def test_only_the_holder_of_token_and_key_asks(office, path):
    wallet, other = office.ready(), office.wallet()
    call = (lambda w, h=None: w.read(path, h)) if path == "/notices" else (
        lambda w, h=None: w.resource(path, {"document_number": "x"}, h)
    )  # fmt: skip
    assert call(wallet, {}).status_code == 401
    other.access_token = wallet.access_token
    assert call(other).status_code == 401
    assert call(wallet, {"Authorization": f"Bearer {wallet.access_token}"}).status_code == 401
    assert wallet.read(f"{path}?access_token=x").status_code in (400, 405)


# what follows


def ready_for(office, people, key, document, vct=EHIC):
    enter(office, people, key, document)
    return office.ready(key, document.document_number, vct)


def refresh_a_day_later(office, wallet):
    """The wallet comes back with its refresh token."""
    office.clock[0] += 86400
    form = {"grant_type": "refresh_token", "refresh_token": wallet.refresh_token}
    assert wallet.token(form).status_code == 200


@pytest.mark.parametrize(("days", "reason"), [(30, ENDS_SOON), (-1, ENDED), (61, None)])
def test_a_reminder_before_the_end(office, people, days, reason):
    record_id = office.records["builder", "ehic"]
    office.issuer.withdraw(record_id, WithdrawalReason.REPLACED, TODAY, NOW)  # the longer card
    card = ending_card(people, max(days, 0))
    wallet = ready_for(office, people, "builder", card)
    if days < 0:
        refresh_a_day_later(office, wallet)
    told = notices(wallet)
    assert [notice["reason"] for notice in told] == ([reason] if reason else [])
    if reason:
        assert told[0]["renewable"] is True
        assert told[0]["effective_from"] == card.ends.isoformat()
        assert told == notices(wallet)


def test_a_successor_in_the_register_is_offered(portable_office, people):
    card = ending_card(people)
    wallet = ready_for(portable_office, people, "builder", card)
    (notice,) = notices(wallet)
    own = next(d for d in people["builder"].documents if isinstance(d, Ehic))
    assert (notice["reason"], notice["renewable"]) == (SUCCESSOR, True)
    assert notice["successor"] == own.document_number
    again = notices(wallet)[0]
    assert again["credential_offer_uri"] == notice["credential_offer_uri"]
    offer = fetch_offer(portable_office, notice["credential_offer_uri"])
    new_wallet = portable_office.wallet()
    assert new_wallet.redeem(offer).status_code == 200
    assert new_wallet.credential().status_code == 200
    assert notices(wallet)[0]["credential_offer_uri"] != notice["credential_offer_uri"]


def test_a_child_s_card_is_no_successor_of_the_mother_s(office, people):
    card = ending_card(people, key="parent", number="80440900010000009902")
    wallet = ready_for(office, people, "parent", replace(card, represented=None))
    assert reasons(wallet) == [ENDS_SOON]


def without_long_card(office, key="builder"):
    office.issuer.withdraw(office.records[key, "ehic"], WithdrawalReason.REPLACED, TODAY, NOW)


def test_a_card_is_renewed_at_once_when_every_rule_is_met(portable_office, people):
    without_long_card(portable_office)
    card = ending_card(people)
    wallet = ready_for(portable_office, people, "builder", card)
    answer = renew(wallet, card.document_number).json
    assert answer["result"] == "offered"
    new_wallet = portable_office.wallet()
    assert new_wallet.redeem(fetch_offer(portable_office, answer["credential_offer_uri"]))
    assert new_wallet.credential().status_code == 200
    assert renew(wallet, card.document_number).json["result"] == "offered"
    renewed = [
        r
        for r in portable_office.issuer.records.search(people["builder"].person.pin).records
        if r.kind == "ehic" and r.document.starts == card.ends + timedelta(days=1)
    ]
    assert len(renewed) == 1
    assert renewed[0].document.ends - renewed[0].document.starts == card.ends - card.starts
    assert len(renewed[0].number) == len(card.document_number)


def test_in_parallel_one_card_follows(portable_office, people):
    without_long_card(portable_office)
    record = portable_office.issuer.records.get(
        enter(portable_office, people, "builder", ending_card(people))
    )
    with ThreadPoolExecutor(6) as pool:
        found = list(
            pool.map(lambda _: portable_office.issuer.renewals.request(record, NOW), range(6))
        )
    assert len({each.id for each in found}) == 1


@pytest.mark.parametrize("days", [91, -181])
def test_too_early_or_too_late_is_a_clerk_s_matter(office, people, days):
    without_long_card(office)
    record = office.issuer.records.get(enter(office, people, "builder", ending_card(people, days)))
    assert office.issuer.renewals.request(record, NOW) is None
    assert [r.record.id for r in office.issuer.renewals.open_requests()] == [record.id]


@pytest.mark.parametrize("reason", ["conditions_not_met", "ended_early", "fraud", "deceased"])
def test_no_machine_renews_for_whom_the_insurance_ended(portable_office, people, reason):
    record_id = portable_office.records["builder", "ehic"]
    portable_office.issuer.withdraw(record_id, reason, TODAY, NOW)
    card = ending_card(people)
    wallet = ready_for(portable_office, people, "builder", card)
    assert renew(wallet, card.document_number).json == {"result": "requested"}
    assert renew(wallet, card.document_number).json == {"result": "requested"}
    assert reasons(wallet) == [RENEWAL_REQUESTED]


def test_an_a1_is_never_renewed_by_a_machine(office, people):
    wallet = office.ready("driver", "pda1", PDA1_EUDI)
    number = people["driver"].documents[0].document_number
    assert renew(wallet, number).json == {"result": "requested"}


def test_a_follow_up_a1_is_offered_in_the_shape_the_wallet_holds(office, people):
    wallet = office.ready("driver", "pda1", PDA1_EUDI)
    first = people["driver"].documents[0]
    starts = first.ends + timedelta(days=1)
    last = starts + timedelta(days=180)
    follow_up = replace(
        first, document_number="A1-LT-2027-000099", starts=starts, ends=last, expires_on=last
    )
    enter(office, people, "driver", follow_up)
    answer = renew(wallet, first.document_number).json
    offer = fetch_offer(office, answer["credential_offer_uri"])
    assert offer["credential_configuration_ids"] == [PDA1_EUDI]


@pytest.mark.parametrize("reason", ["wallet_lost", "fraud", "deceased", "conditions_not_met"])
def test_a_lost_wallet_fetches_no_successor(office, people, reason):
    card = ending_card(people)
    wallet = ready_for(office, people, "builder", card)
    office.issuer.withdraw(office.records["builder", card.document_number], reason, TODAY, NOW)
    (notice,) = notices(wallet)
    assert (notice["reason"], notice["renewable"]) == (reason, False)
    assert "credential_offer_uri" not in notice
    assert renew(wallet, card.document_number).json["error"] == "not_renewable"


def test_after_a_replacement_the_new_one_is_fetched(office, people):
    card = ending_card(people)
    wallet = ready_for(office, people, "builder", card)
    office.issuer.withdraw(office.records["builder", card.document_number], "replaced", TODAY, NOW)
    assert set(reasons(wallet)) == {"replaced", SUCCESSOR}


def test_a_suspended_document_is_followed_by_nothing(make_office, people):
    office = make_office(status_bits=2)
    card = ending_card(people)
    wallet = ready_for(office, people, "builder", card)
    office.issuer.suspend(office.records["builder", card.document_number], NOW)
    assert reasons(wallet) == ["suspended"]
    assert renew(wallet, card.document_number).status_code == 409


def test_a_withdrawn_document_without_successor_is_not_renewed(office):
    wallet = office.ready()
    record = office.issuer.records.get(office.records["builder", "ehic"])
    office.issuer.withdraw(record.id, "fraud", TODAY, NOW)
    refused = renew(wallet, record.number)
    assert (refused.status_code, refused.json["error"]) == (409, "not_renewable")


def test_somebody_else_s_number_is_unknown(office, people):
    wallet = office.ready("builder")
    other = office.issuer.records.get(office.records["pensioner", "ehic"])
    refused = renew(wallet, other.number)
    assert (refused.status_code, refused.json["error"]) == (404, "unknown_document")
    for body in ({}, {"document_number": 7}, {"document_number": ""}):
        assert wallet.resource("/renewals", body).json["error"] == "invalid_renewal_request"


def test_a_clerk_grants_and_declines(office, people):
    clerk = Clerk(office)
    assert "Nothing waits" in clerk.get("/renewal-requests").text
    office.issuer.withdraw(office.records["builder", "ehic"], "ended_early", TODAY, NOW)
    card = ending_card(people)
    wallet = ready_for(office, people, "builder", card)
    renew(wallet, card.document_number)
    record_id = office.records["builder", card.document_number]
    page = clerk.get("/renewal-requests")
    assert card.document_number in page.text
    granted = clerk.post(f"/renewal-requests/{record_id}/grant", page)
    assert granted.status_code == 303
    assert reasons(wallet) == [SUCCESSOR]
    assert clerk.post(f"/renewal-requests/{record_id}/decline", page).status_code == 400
    driver = office.ready("driver", "pda1", PDA1_EUDI)
    renew(driver, people["driver"].documents[0].document_number)
    a1 = office.records["driver", "pda1"]
    page = clerk.get("/renewal-requests")
    assert clerk.post(f"/renewal-requests/{a1}/decline", page).status_code == 303
    assert reasons(driver) == [RENEWAL_DECLINED]
    number = people["driver"].documents[0].document_number
    assert renew(driver, number).json == {"result": "declined"}
    assert "Renewal declined" in clerk.get(f"/decisions/{a1}").text


def test_an_a1_task_is_closed_without_a_document(office, people):
    clerk = Clerk(office)
    wallet = office.ready("driver", "pda1", PDA1_EUDI)
    renew(wallet, people["driver"].documents[0].document_number)
    a1 = office.records["driver", "pda1"]
    page = clerk.get("/renewal-requests")
    assert clerk.post(f"/renewal-requests/{a1}/grant", page).status_code == 303
    record = office.issuer.records.get(a1)
    assert office.issuer.renewals.get(record).state is RenewalState.GRANTED


@pytest.mark.parametrize("path", ["/renewal-requests", "/replacements"])
def test_staff_only(office, path):
    assert office.app.test_client().get(path, base_url=ISSUER).status_code == 302


def test_a_renewed_card_begins_where_the_old_one_ends(people):
    card = ending_card(people)
    renewed = renew_ehic(card, TODAY)
    assert renewed.starts == card.ends + timedelta(days=1)
    assert renew_ehic(card, card.ends + timedelta(days=10)).starts == card.ends + timedelta(days=10)
    assert renewed.document_number[:10] == card.document_number[:10]


# proof of application


@pytest.fixture
def application_office(issuer_database, world, keys, people):
    office = Office(issuer_database, world, keys, people, attestation_types=ALL_TYPES)
    office.issuer.hold(office.records["builder", "pda1"], NOW)
    return office


def acknowledge(office):
    proof_id = office.issuer.applications.acknowledge(office.records["builder", "pda1"], NOW)
    office.records["builder", "application"] = proof_id
    return proof_id


def test_a_proof_of_application_is_issued_and_replaced_by_the_a1(application_office):
    office = application_office
    proof_id = acknowledge(office)
    assert (
        office.issuer.applications.acknowledge(office.records["builder", "pda1"], NOW) == proof_id
    )
    wallet = office.ready("builder", "application", PDA1_APPLICATION)
    assert wallet.credential(PDA1_APPLICATION).status_code == 200
    office.issuer.approve(office.records["builder", "pda1"], NOW + 5, "A clerk")
    assert [c.status for c in office.issuer.credentials.of_record(proof_id)] == [INVALID]
    office.clock[0] = NOW + 6
    told = {notice["reason"]: notice for notice in notices(wallet)}
    assert set(told) == {WithdrawalReason.A1_GRANTED, SUCCESSOR}
    replaced = told[WithdrawalReason.A1_GRANTED]
    assert (replaced["kind"], replaced["status"]) == ("application", "withdrawn")
    assert replaced["sentence"]["en"] == "Replaced by the A1: your application was granted."
    offer = fetch_offer(office, told[SUCCESSOR]["credential_offer_uri"])
    a1 = office.wallet()
    assert a1.redeem(offer).status_code == 200
    assert a1.credential(offer["credential_configuration_ids"][0]).status_code == 200
    assert wallet.credential(PDA1_APPLICATION).json["error"] == "credential_request_denied"


def test_a_refused_application_ends_its_proof(application_office):
    office = application_office
    proof_id = acknowledge(office)
    wallet = office.ready("builder", "application", PDA1_APPLICATION)
    wallet.credential(PDA1_APPLICATION)
    office.issuer.refuse(office.records["builder", "pda1"], NOW)
    assert office.issuer.records.get(proof_id).state == "withdrawn"
    assert reasons(wallet) == [WithdrawalReason.A1_REFUSED]
    number = office.issuer.records.get(proof_id).number
    assert renew(wallet, number).json["error"] == "not_renewable"


def test_only_a_pending_a1_is_acknowledged(application_office):
    office = application_office
    for key in (("driver", "pda1"), ("builder", "ehic")):
        with pytest.raises(VerificationError) as raised:
            office.issuer.applications.acknowledge(office.records[key], NOW)
        assert raised.value.code in ("wrong_state", "no_application")


def test_the_clerk_makes_a_proof_from_the_pending_decision(application_office):
    office = application_office
    clerk, path = Clerk(office), page_of(office, "builder", "pda1")
    page = clerk.get(path)
    assert "Proof of application" in page.text
    made = clerk.post(f"{path}/application", page)
    form = clerk.get(made.headers["Location"])
    assert "AP-A1-LT" in form.text
    shown = clerk.get(made.headers["Location"].removesuffix("/offer")).text
    assert "Application (not an A1 certificate)" in shown
    assert f"{made.headers['Location'].removesuffix('/offer')}/paper" in shown
    assert f"{path}/application" not in clerk.get(page_of(office, "driver", "pda1")).text


def test_the_proof_on_paper_for_clerk_and_holder(application_office):
    """Sealed, without a code; its credential is bound to nobody and ends with the decision."""
    office = application_office
    clerk, path = Clerk(office), page_of(office, "builder", "pda1")
    made = clerk.post(f"{path}/application", clerk.get(path), paper="1")
    form = clerk.get(made.headers["Location"])
    assert "It says plainly that it is not an A1" in form.text
    assert 'value="el" selected' in form.text
    pdf = clerk.get(f"{made.headers['Location']}.pdf", language="lt", second="el").data
    verify_seal(pdf, seal_anchors(office.view), NOW)
    acknowledge(office)
    wallet = office.ready("builder", "application", PDA1_APPLICATION)
    fetched = get_paper(wallet, lang="en")
    assert fetched.status_code == 200
    verify_seal(fetched.data, seal_anchors(office.view), NOW)
    reference = credential_of(fetched.data).status
    assert credential_of(pdf).status == reference
    assert "cnf" not in credential_of(pdf).claims
    assert status_of(office, reference) == 0
    office.issuer.approve(office.records["builder", "pda1"], NOW + 5, "A clerk")
    assert status_of(office, reference) == 1
    assert get_paper(wallet, lang="en").json["error"] == "credential_request_denied"


def test_no_proof_where_the_institution_does_not_issue_it(office):
    office.issuer.hold(office.records["builder", "pda1"], NOW)
    assert "Proof of application" not in Clerk(office).get(page_of(office, "builder", "pda1")).text
    proof_id = acknowledge(office)
    with pytest.raises(OfferError):
        office.issuer.create_offer(proof_id, PDA1_APPLICATION, tx_code=False, now=NOW)
