"""The citizen's way: a wallet from nothing, three documents, their words, and leaving again."""

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from tests.end_to_end.quality import check_words
from tests.end_to_end.residents import eid_form, settle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


@pytest.fixture(scope="module")
def person(cast):
    return settle(cast, "Žąsytė", "Ąžuolė Eglė")


@pytest.fixture(scope="module")
def newcomer(new_citizen):
    """A citizen who reads Lithuanian; the fixtures below give the wallet one document each."""
    return new_citizen("Mano dokumentai", locale="lt")


@pytest.fixture(scope="module")
def with_pid(newcomer, cast, person):
    """Signs in at the identity authority, the second time with the right name."""
    newcomer.paste(cast.office("identity-lt").offer_pid(person).uri)
    assert cast.world.base_url("identity-lt").removeprefix("http://") in newcomer.text
    newcomer.press("main a.govuk-button")
    assert newcomer.heading.startswith("Pavyzdinė asmens tapatybės tarnyba")
    newcomer.accept()
    assert newcomer.page.url.startswith(cast.world.base_url("identity-lt"))
    newcomer.fill_demo_eid({**eid_form(person), "given_name": "Ona"})
    assert newcomer.page.locator(".govuk-error-summary").count() == 1
    newcomer.fill_demo_eid(eid_form(person))
    return newcomer


@pytest.fixture(scope="module")
def with_a1(with_pid, cast, person):
    """Signs in at the institution with the PID of the same wallet, on the same device."""
    office = cast.office("issuer-lt")
    offer = office.offer(person, PDA1_WEBUILD, "pda1", "authorization", tx_code=False)
    with_pid.open_link(offer.uri)
    with_pid.accept()
    assert with_pid.page.url.startswith(cast.world.base_url("issuer-lt"))
    with_pid.press("a[href$='/pid']")
    with_pid.press("a[href$='/pid/here']")
    assert with_pid.path.startswith("/present/")
    shown = with_pid.page.locator(".wallet-shown dt").all_inner_texts()
    assert sorted(shown) == ["Asmens kodas", "Gimimo data", "Pavardė", "Vardas (-ai)"]
    with_pid.share()
    with_pid.press("#continue")
    return with_pid


@pytest.fixture(scope="module")
def with_ehic(with_a1, cast, person):
    """Types the code from the letter, after none and a wrong one."""
    offer = cast.office("issuer-lt").offer(person, EHIC, "ehic", "pre-authorized", tx_code=True)
    wrong = f"{(int(offer.tx_code[0]) + 1) % 10}{offer.tx_code[1:]}"
    with_a1.open_link(offer.uri)
    with_a1.accept("")
    assert "Įrašykite kodą." in with_a1.text
    with_a1.accept(wrong)
    assert "Kodas neteisingas" in with_a1.text
    with_a1.accept(offer.tx_code)
    return with_a1


def test_a_new_wallet_is_empty(new_citizen):
    citizen = new_citizen("Tuščia", locale="lt")
    assert citizen.documents() == []
    assert "Dokumentų dar nėra" in citizen.text
    citizen.go("/history")
    assert "Dar nieko nebuvo" in citizen.text


def test_three_documents_are_in_the_wallet(with_ehic):
    assert with_ehic.path.startswith("/documents/")
    assert with_ehic.heading == "Europos sveikatos draudimo kortelė"
    with_ehic.go("/")
    assert with_ehic.page.locator(".wallet-cards__name").all_inner_texts() == [
        "Europos sveikatos draudimo kortelė",
        "Nešiojamasis dokumentas A1",
        "Asmens tapatybės duomenys",
    ]
    assert with_ehic.page.locator(".wallet-cards .app-tag").all_inner_texts() == ["Galioja"] * 3


def test_every_entry_is_in_plain_words(with_ehic, person):
    with_ehic.documents()
    with_ehic.press("a.app-credential[aria-label^='Nešiojamasis']")
    check_words(with_ehic.page)
    terms = with_ehic.page.locator("section[aria-labelledby=entries] dt").all_inner_texts()
    values = with_ehic.page.locator("section[aria-labelledby=entries] dd").all_inner_texts()
    entries = dict(zip(terms, values, strict=True))
    assert entries["Pavardė"] == "Žąsytė"
    assert entries["Gimimo data"] == "1984 m. gegužės 17 d."
    assert entries["Asmens kodas"] == person.person.pin
    assert entries["Turėtojo padėtis"] == "Komandiruotas darbuotojas"
    assert entries["Adresas buvimo vietos valstybėje"].endswith("Graikija")
    assert entries["Sprendimas dėl taikytinų teisės aktų yra laikinas"] == "Ne"
    assert len(terms) == 31


def test_history_says_who_saw_what(with_ehic):
    with_ehic.go("/history")
    newest_first = with_ehic.page.locator(".wallet-history__entry .app-tag").all_inner_texts()
    assert newest_first[-4:] == ["Gauta", "Gauta", "Parodyta", "Gauta"]
    shown = with_ehic.page.locator(".wallet-history__entry").nth(-2).inner_text()
    assert "Pavyzdinė socialinio draudimo tarnyba" in shown
    assert "Asmens kodas" in shown
    assert "38405" not in shown


def test_a_document_is_deleted(with_ehic):
    before = with_ehic.documents()
    with_ehic.press("a.app-credential[aria-label^='Europos']")
    gone = with_ehic.path
    with_ehic.press("a[href$='/delete']")
    with_ehic.press("main form button[type=submit]")
    assert sorted(with_ehic.documents()) == sorted(set(before) - {gone})
    assert with_ehic.go(gone).status == 404
    assert with_ehic.heading == "Šio dokumento čia nėra"
    with_ehic.go("/history?event=deleted")
    assert "Europos sveikatos draudimo kortelė" in with_ehic.text


def test_one_entry_of_the_history_is_deleted_by_keyboard(with_ehic):
    with_ehic.go("/history?event=deleted")
    link = with_ehic.page.locator("a[href^='/history/'][href$='/delete']")
    assert link.count() == 1
    link.focus()
    with_ehic.page.keyboard.press("Enter")
    with_ehic.page.wait_for_url("**/delete")
    assert with_ehic.heading == "Ištrinti šį įrašą?"
    check_words(with_ehic.page)
    with_ehic.page.locator("main form button[type=submit]").focus()
    with_ehic.page.keyboard.press("Enter")
    with_ehic.page.wait_for_url("**/history")
    assert "Įrašas ištrintas." in with_ehic.text
    assert with_ehic.page.locator(".wallet-history__entry").count() >= 4
    with_ehic.go("/history?event=deleted")
    assert with_ehic.page.locator(".wallet-history__entry").count() == 0


def test_signing_out_and_in_again(with_pid):
    with_pid.sign_out()
    with_pid.go("/history")
    assert with_pid.path.startswith("/sign-in")
    with_pid.use_passkey("/history")
    assert with_pid.documents()


def test_another_person_gets_nothing(new_citizen, cast, person):
    """A wallet without the right PID learns that there is no document, and no more."""
    stranger = new_citizen("Stranger")
    offer = cast.office("issuer-lt").offer(
        person, PDA1_WEBUILD, "pda1", "authorization", tx_code=False
    )
    stranger.open_link(offer.uri)
    stranger.accept()
    stranger.press("a[href$='/demo-eid']")
    stranger.fill_demo_eid({**eid_form(person), "personal_administrative_number": "49002030587"})
    assert "There is nobody with these details in our records." in stranger.text
    stranger.press(".issuer-decline button")
    assert stranger.page.url.startswith(stranger.base)
    assert stranger.heading == "The sign-in was refused"


def test_a_wallet_is_deleted(new_citizen):
    citizen = new_citizen("For a day")
    citizen.go("/account")
    citizen.press("a[href='/account/delete']")
    citizen.press("main form button[type=submit]")
    assert citizen.page.locator("main .app-flash").count() == 1
    citizen.go("/sign-in")
    citizen.page.click(".app-passkey button")
    citizen.page.wait_for_selector("[role=alert]:visible")
