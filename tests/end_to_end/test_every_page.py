"""Every page of the three apps in every state: accessible, narrow, in the reader's language."""

import pytest

from demo.people import institutions
from esspass.attestations import EHIC, PDA1_WEBUILD, country_name, pda1_states
from esspass.web.languages import LOCALES
from tests.end_to_end.conftest import add_authenticator, check_accessibility
from tests.end_to_end.quality import (
    OPEN_DETAILS,
    check_language,
    check_reflow,
    check_words,
    walk_by_keyboard,
    words_of,
)
from tests.end_to_end.residents import let_time_pass, settle
from tests.end_to_end.visitors import Inspector, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
NAMES = ("ESSPASS", "localhost", *(body.name for body in institutions()))


def review(visitor, pages, *, languages=LOCALES, names=()):
    """Open each page (a path or a function) in each language and look at it.

    axe looks at it once: at English on a screen, or at Greek, the widest, on a telephone.
    """
    for number, page in enumerate(pages):
        english, inspected = (), LOCALES[0] if number % 2 else languages[len(languages) // 2]
        for language in languages:
            visitor.read(language)
            visitor.page.set_viewport_size(
                {"width": 390 if language == "el" else 1280, "height": 844}
            )
            visitor.go(page) if isinstance(page, str) else page(visitor)
            visitor.page.evaluate(OPEN_DETAILS)
            if language == inspected:
                check_accessibility(visitor.page)
            check_words(visitor.page)
            check_reflow(visitor.page)
            if language == "en":
                english = words_of(visitor.page)
                assert visitor.page.get_attribute("html", "lang") == "en"
            else:
                check_language(visitor.page, language, english, (*NAMES, *names))


def test_before_the_wallet(kept_pages, cast):
    visitor = Visitor(kept_pages.open(), cast.world.base_url("wallet"))
    review(visitor, ["/", "/sign-in", "/sign-up", "/nowhere", _without_a_token])


def _without_a_token(visitor):
    visitor.go("/sign-in")
    visitor.page.evaluate(
        """() => { const form = document.createElement('form'); form.method = 'post';
        form.action = '/sign-out'; document.body.append(form); form.submit(); }"""
    )
    visitor.page.wait_for_selector(".app-error")


def test_an_empty_wallet(new_citizen):
    citizen = new_citizen("Nobody yet")
    pages = ["/", "/add", "/history", "/history?event=shared", "/waiting", "/account"]
    pages += ["/account/delete", "/passkeys", "/documents/nothing", "/offer/nothing"]
    review(citizen, [*pages, lambda who: who.paste("nonsense")], names=("Nobody yet", "My passkey"))


def test_a_full_wallet(holder):
    documents = holder.documents()
    assert len(documents) == 3
    pages = ["/", *documents, f"{documents[0]}/delete", "/history", "/history/clear"]
    pages += [f"{document}/{page}" for document in documents[:2] for page in ("show", "cover")]
    countries = (country_name(code, "en") for code in pda1_states())
    review(holder, [*pages, _delete_an_entry], names=("Jonas", *countries))


def _delete_an_entry(citizen):
    citizen.go("/history")
    citizen.press(".wallet-history__delete a")


@pytest.fixture(scope="module")
def newcomer(new_citizen):
    return new_citizen("New")


@pytest.fixture(scope="module")
def person(cast):
    return settle(cast, "Gudaitis", "Mindaugas")


def test_offers(newcomer, person, cast):
    office = cast.office("issuer-lt")
    coded = office.offer(person, EHIC, "ehic", "pre-authorized", tx_code=True)
    signed = office.offer(person, PDA1_WEBUILD, "pda1", "authorization", tx_code=False)

    def type_nothing(citizen):
        citizen.open_link(coded.uri)
        citizen.accept("")

    pages = [
        lambda citizen: citizen.paste(coded.uri),
        lambda citizen: citizen.open_link(coded.uri),
        lambda citizen: citizen.open_link(signed.uri),
        type_nothing,
    ]
    review(newcomer, pages)


def test_the_sign_in_at_the_institution(newcomer, person, cast):
    """Pages of the issuer that a citizen sees, with the wallet's request open."""
    office = cast.office("issuer-lt")
    offer = office.offer(person, PDA1_WEBUILD, "pda1", "authorization", tx_code=False)
    newcomer.open_link(offer.uri)
    newcomer.accept()
    visitor = Visitor(newcomer.page, cast.world.base_url("issuer-lt"))
    start = visitor.path

    def submit_nothing(who):
        who.go(f"{start}/demo-eid")
        who.press("form.app-card button[type=submit]")

    pages = [start, f"{start}/pid", f"{start}/pid/failed", f"{start}/demo-eid", submit_nothing]
    review(visitor, [*pages, "/privacy", "/sign-in", "/authorize/nothing"])


def test_requests_and_their_answers(holder, newcomer, inspector):
    inspector.begin("pda1", place="Πειραιάς")
    link = inspector.web_link()
    names = ("Πειραιάς", "Jonas", "New")
    review(holder, [lambda citizen: citizen.paste(link), _open(link)], names=names)
    inspector.begin("pda1")
    review(newcomer, [_open(inspector.web_link())], names=names)
    holder.page.goto(link)
    holder.refuse()
    review(holder, [holder.path], names=names)
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    holder.share()
    review(holder, [holder.path, "/history"], names=names)


def _open(link):
    return lambda visitor: visitor.page.goto(link)


def test_a_passkey_used_long_ago(holder, inspector, cast, person):
    office = cast.office("issuer-lt")
    offer = office.offer(person, EHIC, "ehic", "pre-authorized", tx_code=True)
    inspector.begin("pda1")
    let_time_pass(cast, "wallet", "UPDATE web_sessions SET created_at = created_at - 3600")
    pages = [_open(inspector.web_link()), lambda who: who.open_link(offer.uri), "/account/delete"]
    review(holder, pages, names=("Jonas",))
    holder.use_passkey()


def test_the_inspectors_pages(inspector, kept_pages):
    colleague = _invite(inspector, kept_pages)

    def choose_nothing(who):
        who.go("/")
        who.press("form.app-start button[type=submit]")

    def write_a_long_place(who):
        who.begin("pda1", place="x" * 100)

    pages = [
        "/",
        "/?kind=pda1",
        choose_nothing,
        write_a_long_place,
        "/cases",
        "/cases/new",
        "/case-files",
        "/privacy",
    ]
    review(
        colleague,
        [*pages, "/passkeys", "/inspections/nothing", "/cases/nothing"],
        names=("Maria", "My passkey"),
    )


def _invite(staff, kept_pages):
    staff.go("/passkeys")
    staff.press("form[action$='/invitations'] button")
    colleague = Inspector(kept_pages.open(), staff.base)
    add_authenticator(colleague.page)
    colleague.page.goto(staff.page.input_value("#link"))
    check_accessibility(colleague.page)
    colleague.arrive(colleague.page.url, "Maria")
    return colleague


def test_a_check_under_way_and_over(inspector, holder, cast):
    names = ("Ελένη",)
    inspector.begin("pda1", place="Πειραιάς")
    review(inspector, [inspector.path], names=names)
    inspector.begin("ehic", flow="same_device")
    review(inspector, [inspector.path], names=names)
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    review(inspector, [inspector.path], names=names)
    holder.refuse()
    review(inspector, [inspector.path], names=names)
    inspector.begin("pda1")
    running = inspector.path
    inspector.press("form[action$='/cancel'] button")
    review(inspector, [running], names=names)
    inspector.begin("pda1")
    let_time_pass(cast, "inspector-el", "UPDATE openid4vp_transactions SET expires_at = 1")
    review(inspector, [inspector.path], names=names)
    inspector.read("el")


@pytest.mark.parametrize("with_pid", [True, False])
def test_a_verdict(inspector, holder, with_pid):
    inspector.begin("pda1", with_pid=with_pid)
    holder.page.goto(inspector.web_link())
    holder.share()
    inspector.wait_for_verdict()
    review(inspector, [inspector.path, "/cases"], names=("Ελένη", "Jonas"))
    inspector.press(".app-recent a[href*='/persons/']")
    inspector.press("form[action$='/erase'] button")
    review(inspector, [inspector.path], names=("Ελένη",))
    inspector.read("el")


def test_the_clerks_pages(clerk, person, cast):
    """English is complete; the others are for what citizens and inspectors see."""
    a1 = cast.office("issuer-lt").record_id(person, "pda1")
    one = f"/decisions/{a1}"

    def offer(who):
        who.go(one)
        who.offer("pre-authorized-tx-code", PDA1_WEBUILD)

    def offer_nothing(who):
        who.go(f"{one}/offer")
        who.page.evaluate(
            "document.querySelectorAll('input:checked').forEach(e => e.checked = false)"
        )
        who.press("main form button[type=submit]")

    def withdraw(who, reason="wrong_data", day="2026-11-01"):
        who.go(f"{one}/withdraw")
        who.withdraw(reason, day)

    pages = [
        "/decisions",
        "/decisions?q=nobody",
        "/decisions?state=withdrawn",
        "/decisions/nothing",
    ]
    pages += [one, f"{one}/offer", offer, offer_nothing, f"{one}/withdraw", withdraw]
    review(clerk, [*pages, lambda who: withdraw(who, None, ""), "/passkeys"], languages=("en",))
    review(clerk, ["/office"], names=("A1-LT-",))
    clerk.read("en")


def test_consent_by_keyboard(inspector, holder):
    holder.read("en")
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    seen = walk_by_keyboard(holder.page, "button[value=share]")
    assert [each for each in seen if "hidden" in each] == [
        "6 entries stay hidden",
        "10 entries stay hidden",
    ]
    holder.page.keyboard.press("Enter")
    holder.page.wait_for_selector("#verdict-title")


def test_verdict_by_keyboard(inspector, holder):
    inspector.read("en")
    inspector.begin("pda1")
    holder.page.goto(inspector.web_link())
    holder.share()
    inspector.wait_for_verdict()
    seen = walk_by_keyboard(inspector.page, "a[href$='/proof.json']")
    assert sum(each.startswith("Evidence") for each in seen) >= 6
    walk_by_keyboard(inspector.page, "#check-status summary")
    inspector.page.keyboard.press("Enter")
    assert inspector.page.is_visible("#check-status dl")
    inspector.read("el")


def test_the_check_of_languages_can_fail(kept_pages, cast):
    visitor = Visitor(kept_pages.open(), cast.world.base_url("wallet"))
    visitor.go("/sign-in")
    english = words_of(visitor.page)
    visitor.read("lt")
    visitor.go("/sign-in")
    visitor.page.evaluate("document.querySelector('h1').textContent = 'Sign in'")
    with pytest.raises(AssertionError, match="is not lt"):
        check_language(visitor.page, "lt", english)


def test_the_check_of_words_can_fail(kept_pages, cast):
    visitor = Visitor(kept_pages.open(), cast.world.base_url("wallet"))
    for blunder in ("None", "2026-11-21", "urn:eudi:pid:1", "issuer_unknown", "1 January 1970"):
        visitor.go("/sign-in")
        visitor.page.evaluate(
            "text => { document.querySelector('h1').textContent = text }", blunder
        )
        with pytest.raises(AssertionError, match="shows"):
            check_words(visitor.page)


def test_the_check_of_focus_can_fail(kept_pages, cast):
    visitor = Visitor(kept_pages.open(), cast.world.base_url("wallet"))
    visitor.go("/sign-in")
    visitor.page.evaluate(
        """() => document.querySelectorAll('a, button').forEach(each => { each.style.cssText =
        'outline: 0 !important; box-shadow: none !important; background: #fff !important'; })"""
    )
    with pytest.raises(AssertionError, match="no focus"):
        walk_by_keyboard(visitor.page, "main button")
