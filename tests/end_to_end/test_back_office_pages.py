"""The institution's pages around a decision, with data and empty; and what the wallet makes of it.

The wallet's part needs no browser: the real issuer answers the real wallet.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from esspass.attestations import EHIC, PDA1_APPLICATION, PDA1_WEBUILD, Ehic, Pda1
from esspass.web.passkeys import PasskeyStore, new_user, new_user_id
from issuer import import_decisions
from issuer.replacements import Replacement
from tests.end_to_end.conftest import add_authenticator
from tests.end_to_end.residents import settle
from tests.end_to_end.test_every_page import review
from tests.end_to_end.visitors import Clerk
from wallet.history import Event

LANGUAGES = ("en", "el")
OWN_NAMES = ("English", "Lietuvių", "Ελληνικά", "Română")  # of languages, in themselves


@pytest.fixture(scope="module")
def person(cast):
    return settle(cast, "Butkus", "Matas")


@pytest.fixture(scope="module")
def office(cast):
    return cast.office("issuer-lt")


def ending_card(cast, person, serial):
    """Enter a card that ends in thirty days; return its record's id."""
    card = next(each for each in person.documents if isinstance(each, Ehic))
    ends = datetime.now(UTC).date() + timedelta(days=30)
    starts = ends - timedelta(days=700)
    number = f"8044090001{serial:010}"
    ending = replace(
        card, document_number=number, starts=starts, issued_on=starts, ends=ends, expires_on=ends
    )
    environ = cast.world.service("issuer-lt").environ
    (record_id,) = import_decisions(environ, [(person.person, (ending,))], int(time.time()))
    return record_id


def take(owner, office, record_id, vct):
    """Offer a decision's document and let the wallet take it."""
    issuer = office.services.issuer
    offer = issuer.create_offer(
        record_id, vct, "pre-authorized", tx_code=False, now=int(time.time()), created_by="clerk"
    )
    (held_id,) = owner.accept(offer.uri).credential_ids
    return owner.wallet.find(owner.holder.id, held_id)


def named(office, replacement):
    """Whom a certificate is about, and the desk that asked; other tests give some out, too."""
    holder = office.services.issuer.records.get(replacement.record_id).person
    return holder.surnames, holder.forenames, replacement.desk_name


def ask_to_renew(owner, held):
    now = int(time.time())
    return owner.wallet.aftercare.renew(held, owner.wallet.inspector.decide(now), now)


def test_a_renewal_is_requested_then_offered_by_a_clerk(cast, office, person):
    """An A1 is nothing that rules renew: the wish waits for a clerk and stays one wish."""
    owner = cast.owner("builder")
    held = take(owner, office, office.record_id(person, "pda1"), PDA1_WEBUILD)
    assert ask_to_renew(owner, held).result == "requested"
    assert ask_to_renew(owner, held).result == "requested"
    waiting = [each.record.id for each in office.services.issuer.renewals.open_requests()]
    assert waiting.count(office.record_id(person, "pda1")) == 1
    owner.wallet.delete_credential(owner.holder.id, held.id, int(time.time()))


def test_a_card_near_its_end_is_offered_anew_at_once(cast, office):
    insured = settle(cast, "Jankus", "Domas")
    record_id = ending_card(cast, insured, 7701)
    owner = cast.owner("builder")
    held = take(owner, office, record_id, EHIC)
    renewal = ask_to_renew(owner, held)
    assert renewal.result == "offered"
    (fresh_id,) = owner.accept(renewal.offer_uri).credential_ids
    fresh = owner.wallet.find(owner.holder.id, fresh_id)
    assert fresh.id != held.id
    assert ask_to_renew(owner, held).result == "offered"
    for each in (held, fresh):
        owner.wallet.delete_credential(owner.holder.id, each.id, int(time.time()))


def test_a_proof_goes_when_its_a1_is_here_and_not_before(cast, office):
    applicant = settle(cast, "Kazlas", "Rokas")
    issuer, owner, now = office.services.issuer, cast.owner("builder"), int(time.time())
    a1 = office.record_id(applicant, "pda1")
    issuer.hold(a1, now, "clerk")
    proof = take(owner, office, issuer.applications.acknowledge(a1, now), PDA1_APPLICATION)
    assert owner.wallet.settle(owner.holder.id, now) == []
    issuer.approve(a1, now, "clerk")
    assert owner.wallet.settle(owner.holder.id, now) == []  # the A1 is granted, not yet fetched
    assert proof.id in [each.id for each in owner.wallet.credentials.of_holder(owner.holder.id)]
    held = take(owner, office, a1, PDA1_WEBUILD)  # whoever takes a document settles
    kept = owner.wallet.credentials.of_holder(owner.holder.id)
    assert proof.id not in [each.id for each in kept]
    assert held.id in [each.id for each in kept]
    events = [entry.event for entry in owner.wallet.history.of_holder(owner.holder.id)]
    assert Event.REPLACED in events
    owner.wallet.delete_credential(owner.holder.id, held.id, now)


pages = pytest.mark.usefixtures("quiet")


@pytest.mark.browser
@pages
def test_renewal_requests(clerk, office, person):
    a1 = office.services.issuer.records.get(office.record_id(person, "pda1"))
    office.services.issuer.renewals.request(a1, int(time.time()))
    names = ("Matas", "Butkus")
    review(clerk, ["/renewal-requests"], languages=LANGUAGES, names=names)
    for waiting in office.services.issuer.renewals.open_requests():
        office.services.issuer.renewals.decline(waiting.record.id, int(time.time()), "clerk")
    review(clerk, ["/renewal-requests"], languages=LANGUAGES)
    clerk.read("en")
    clerk.go("/renewal-requests")
    assert "Nothing waits" in clerk.text


@pytest.mark.browser
@pages
def test_replacement_certificates(clerk, office, person):
    replacements, now = office.services.replacing.replacements, int(time.time())
    today = datetime.now(UTC).date()
    card = office.services.issuer.records.get(office.record_id(person, "ehic"))
    if not replacements.latest():
        review(clerk, ["/replacements"], languages=LANGUAGES)
    for name in ("sent", "waiting"):
        given = Replacement(
            f"review-{name}", card.person_id, card.id, "Clinica Exemplu", "RO", today, today, now
        )
        assert replacements.add(given, today, 3)
    names = {name for each in replacements.latest() for name in named(office, each)}
    review(clerk, ["/replacements"], languages=LANGUAGES, names=tuple(names))


@pytest.mark.browser
@pages
def test_paper_and_hold(clerk, cast, office):
    resident = settle(cast, "Norkus", "Tadas")
    names = ("Tadas", "Norkus", *OWN_NAMES)
    a1, card = (office.record_id(resident, kind) for kind in ("pda1", "ehic"))
    for record_id in (a1, card):
        review(clerk, [f"/decisions/{record_id}/paper"], languages=LANGUAGES, names=names)
    clerk.read("en")
    clerk.go(f"/decisions/{a1}")
    clerk.press("form[action$='/hold'] button")
    assert "on hold" in clerk.text
    review(clerk, [f"/decisions/{a1}"], languages=("en",))
    clerk.press("form:has(input[name=paper]) button")
    assert clerk.path.endswith("/paper")
    proof = clerk.path.removesuffix("/paper")
    review(clerk, [f"{proof}/paper"], languages=LANGUAGES, names=names)
    review(clerk, [proof], languages=("en",))
    clerk.go(f"{proof}/paper")
    with clerk.page.expect_download() as download:
        clerk.page.click("main form button[type=submit]")
    assert download.value.suggested_filename.startswith("AP-A1-LT-")


@pytest.mark.browser
@pages
def test_changing_a_decision(clerk, cast, office):
    resident = settle(cast, "Žilinskas", "Rokas")
    names = ("Rokas", "Žilinskas", *OWN_NAMES, *data_of(resident))
    a1 = office.record_id(resident, "pda1")
    path = f"/decisions/{a1}/change"

    def send_nothing(who):
        who.go(path)
        who.press("form[action$='/change'] button[type=submit]")

    def end_earlier(who):
        who.go(path)
        who.page.check("input[name=reason][value=other_period]")
        ends = datetime.fromisoformat(who.page.input_value("#ends")) - timedelta(days=7)
        who.page.fill("#ends", ends.date().isoformat())
        who.press("form[action$='/change'] button[type=submit]")

    review(clerk, [path, send_nothing, end_earlier], languages=LANGUAGES, names=names)
    clerk.read("en")
    end_earlier(clerk)
    clerk.press("form[action$='/confirm'] button:not([name])")
    assert "It took the place of document" in clerk.text
    review(clerk, [clerk.path, f"/decisions/{a1}"], languages=("en",))


def data_of(resident):
    """What stands in a document as it is, in every language."""
    (document,) = (each for each in resident.documents if isinstance(each, Pda1))
    for each in document.employments:
        yield from (each.name, each.address.town, each.address.street_and_number)
    for state in document.states_of_activity:
        for place in state.places:
            yield from (place.name, place.address.town, place.address.street_and_number)


@pytest.mark.browser
@pages
def test_choosing_the_institution(clerk, cast, office):
    resident = settle(cast, "Žilinskas", "Rokas")
    a1 = office.record_id(resident, "pda1")
    choices = office.services.joined.notifier.choices
    for country in ("GR", "PL"):
        choices.ask(a1, country, int(time.time()))
    path = f"/decisions/{a1}/institution/GR"

    def choose_nothing(who):
        who.go(path)
        who.press("form[action*='/institution/'] button[type=submit]")

    pages = [path, choose_nothing, f"/decisions/{a1}/institution/PL"]
    review(clerk, pages, languages=LANGUAGES, names=("Rokas", "Žilinskas", "EL:"))


@pytest.mark.browser
@pages
def test_staff_and_who_saw_what(clerk, office):
    names = tuple(member.name for member in office.services.staff.everybody())

    def invite_without_a_role(who):
        who.go("/staff")
        who.press("form[action$='/staff/invitations'] button")

    def invite(who):
        who.go("/staff")
        who.page.check("input[name=role][value=auditor]")
        who.press("form[action$='/staff/invitations'] button")

    looked = [
        "/staff",
        invite_without_a_role,
        invite,
        "/access-log",
        "/access-log?decision=nothing",
    ]
    review(clerk, [*looked, "/second-looks"], languages=LANGUAGES, names=names)


@pytest.mark.browser
@pages
def test_an_invited_auditor_reads_and_changes_nothing(clerk, kept_pages, office, person):
    clerk.read("en")
    clerk.go("/staff")
    clerk.page.check("input[name=role][value=auditor]")
    clerk.press("form[action$='/staff/invitations'] button")
    auditor = Clerk(kept_pages.open(), clerk.base)
    add_authenticator(auditor.page)
    auditor.arrive(clerk.page.input_value("#link"), "Vida Auditorienė")
    path = f"/decisions/{office.record_id(person, 'pda1')}"
    auditor.go(path)
    assert auditor.page.locator(".issuer-actions").count() == 0
    assert auditor.go(f"{path}/withdraw").status == 403
    auditor.go("/access-log")
    assert "Vida Auditorienė" in auditor.text
    assert "Read a decision" in auditor.text
    assert person.person.surnames not in auditor.text


@pytest.mark.browser
@pages
def test_who_lost_every_passkey_comes_back_by_a_link(clerk, kept_pages, office):
    now, user = int(time.time()), new_user(new_user_id(), "staff", "Rasa")
    PasskeyStore(office.services.database).add_user(user, now)
    office.services.staff.admit(user, "auditor", now)
    token = office.services.staff.recover(user.id, now, forget=False)
    rasa = Clerk(kept_pages.open(), clerk.base)
    review(rasa, [f"/invitation/{token}", "/invitation/x"], languages=LANGUAGES, names=("Rasa",))
    rasa.read("en")
    add_authenticator(rasa.page)
    rasa.go(f"/invitation/{token}")
    assert "A new passkey for Rasa" in rasa.text
    rasa.press("main form button[type=submit]")
    rasa.page.wait_for_url(f"{clerk.base}/office")
    rasa.go("/access-log")
    assert "Set up a new passkey with such a link" in rasa.text
