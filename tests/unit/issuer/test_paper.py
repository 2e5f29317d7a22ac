"""Decisions on paper: for the clerk and for the holder's wallet; withdrawn ones give none."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.cwt import parse_cwt, read_core, verify_cwt
from esspass.documents import seal_anchors, verify_seal
from esspass.errors import MalformedError, UnavailableError
from esspass.qr import read_qr_text
from esspass.sdjwt import parse_sd_jwt_vc, verify_sd_jwt_vc
from esspass.statuslist import parse_status_list_token, verify_status_list_token
from issuer.history import Event
from issuer.paper import PAPER, PaperError, PaperOffice, Wish
from issuer.records import StateError, UnknownRecordError
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.test_back_office import Clerk

DAY = 86400
TODAY = datetime.fromtimestamp(NOW, UTC).date()
WISH = Wish("lt", "el")


@pytest.fixture
def clerk(office):
    return Clerk(office)


def create(office, key="builder", kind="pda1", wish=WISH, **more):
    return office.services.paper.create(
        office.records[key, kind], wish, office.clock[0], "Aldona Tarnautė", **more
    )


def read_code(pdf):
    """Scan the last page; return the verified CWT's text."""
    document = pypdfium2.PdfDocument(pdf)
    image = document[len(document) - 1].render(scale=150 / 72).to_pil()
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1
    return found[0].text


def cwt_of(office, text):
    return verify_cwt(parse_cwt(read_qr_text(text).paper), office.services.keys.seal.public_key)


def credential_of(pdf):
    opened = pikepdf.open(io.BytesIO(pdf))
    (name,) = opened.attachments
    return verify_sd_jwt_vc(
        parse_sd_jwt_vc(opened.attachments[name].get_file().read_bytes().decode())
    )


def status_of(office, reference):
    path = reference.uri.removeprefix(ISSUER)
    token = parse_status_list_token(
        office.app.test_client().get(path, base_url=ISSUER).get_data(as_text=True)
    )
    key = token.chain[0].public_key()
    return verify_status_list_token(token, key, reference.uri, office.clock[0]).statuses.get(
        reference.index
    )


def test_the_file_is_sealed_by_a_listed_institution(office):
    made = create(office)
    seal = verify_seal(made.pdf, seal_anchors(office.view), NOW)
    assert seal.certificate == office.services.keys.seal.certificates[0]
    assert seal.sealed_at == NOW


def test_code_credential_and_page_say_the_same(office, people):
    made = create(office)
    cwt = cwt_of(office, read_code(made.pdf))
    core = read_core(cwt.core)[1]
    vc = credential_of(made.pdf)
    assert made.number == core["documentID"] == vc.claims["documentID"]
    assert core["subject"]["names"]["surnames"] == people["builder"].person.surnames
    assert core["placesOfWork"].keys() == vc.claims["placesOfWork"].keys()
    assert cwt.status == vc.status
    assert cwt.expires_at == vc.claims["exp"]


@pytest.mark.parametrize(
    ("key", "kind"), [("builder", "pda1"), ("driver", "pda1"), ("parent", "ehic")]
)
def test_the_attached_credential_is_nobody_s_key_s(office, key, kind):
    """Who has the file cannot present it as its holder: there is no key to prove."""
    vc = credential_of(create(office, key, kind).pdf)
    assert "cnf" not in vc.claims
    assert vc.claims["binding"] == "no binding"
    with pytest.raises(MalformedError):
        vc.parse_holder_key()


def test_paper_ends_with_the_last_day_of_the_document(office, people):
    cwt = cwt_of(office, create(office).core_text)
    ends = people["builder"].documents[0].ends
    assert cwt.expires_at == datetime(ends.year, ends.month, ends.day, tzinfo=UTC).timestamp() + DAY


def test_withdrawal_reaches_the_paper(office):
    made = create(office)
    reference = cwt_of(office, made.core_text).status
    assert status_of(office, reference) == 0
    office.issuer.withdraw(office.records["builder", "pda1"], "fraud", TODAY, NOW)
    assert status_of(office, reference) == 1
    with pytest.raises(StateError):
        create(office)


def test_paper_has_a_place_of_its_own_and_prints_share_it(portable_office):
    office = portable_office
    wallet = office.ready("builder", "pda1", PDA1_WEBUILD)
    assert wallet.credential(PDA1_WEBUILD).status_code == 200
    first, second = (cwt_of(office, create(office).core_text).status for _ in range(2))
    copies = office.issuer.credentials.of_record(office.records["builder", "pda1"])
    places = [(copy.list_id, copy.index) for copy in copies]
    assert first == second
    assert len(places) == len(set(places)) == 2
    assert [copy.configuration_id for copy in copies].count(PAPER) == 1


def test_prints_at_the_same_time_share_a_place_too(portable_office):
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: create(portable_office), range(6)))
    assert len({cwt_of(portable_office, paper.core_text).status for paper in made}) == 1
    assert {read_code(paper.pdf) for paper in made} == {paper.core_text for paper in made}


def test_every_print_is_in_the_history(office):
    create(office)
    entries = office.issuer.history.of(office.records["builder", "pda1"])
    assert [(e.event, e.actor) for e in entries if e.event is Event.PRINTED] == [
        (Event.PRINTED, "Aldona Tarnautė")
    ]


def test_a_replacement_certificate_covers_the_days_asked_for(office):
    days = {"starts": TODAY, "ends": TODAY + timedelta(days=13)}
    made = create(office, "parent", "ehic", Wish("ro", **days))
    core = read_core(cwt_of(office, read_code(made.pdf)).core)[1]
    assert core["starting_date"] == days["starts"].isoformat()
    assert core["ending_date"] == days["ends"].isoformat()


def test_without_days_it_is_90_from_today(office):
    core = read_core(cwt_of(office, create(office, "parent", "ehic").core_text).core)[1]
    assert date.fromisoformat(core["ending_date"]) - TODAY == timedelta(days=89)


@pytest.mark.parametrize("locale", ["xx", "", "lt-LT"])
def test_a_language_we_do_not_print_in(office, locale):
    with pytest.raises(MalformedError) as refused:
        create(office, wish=Wish(locale))
    assert refused.value.code == "unknown_language"


def test_decisions_that_give_no_paper(office, people):
    with pytest.raises(UnknownRecordError):
        office.services.paper.create("nothing", WISH, NOW)
    office.clock[0] = NOW + 800 * DAY
    with pytest.raises(PaperError) as refused:
        create(office)
    assert refused.value.code == "document_over"


def test_days_after_the_card_s_last(office):
    wish = Wish("lt", starts=TODAY + timedelta(days=3000))
    with pytest.raises(PaperError) as refused:
        create(office, "parent", "ehic", wish)
    assert refused.value.code == "document_over"


def test_an_institution_without_a_seal(office):
    bare = PaperOffice(office.services.issuance, None)
    with pytest.raises(UnavailableError) as refused:
        bare.create(office.records["builder", "pda1"], WISH, NOW)
    assert refused.value.code == "no_seal"


def test_the_seal_is_a_key_of_its_own(keys):
    with pytest.raises(MalformedError) as refused:
        replace(keys, seal=keys.attestation)
    assert refused.value.code == "keys_not_distinct"


# The holder's wallet


def get_paper(wallet, path="/paper", **query):
    url = ISSUER + path
    headers = {
        "Authorization": f"DPoP {wallet.access_token}",
        "DPoP": wallet.kit.dpop("GET", url, wallet.now, wallet.access_token),
    }
    return wallet.client.get(path, base_url=ISSUER, headers=headers, query_string=query)


def test_the_wallet_fetches_its_paper(office):
    wallet = office.ready("builder", "pda1", PDA1_EUDI)
    response = get_paper(wallet, lang="lt", second="el")
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].endswith('A1-LT-2026-000001.pdf"')
    assert response.headers["Cache-Control"] == "no-store"
    verify_seal(response.data, seal_anchors(office.view), NOW)


def test_the_endpoint_is_in_the_metadata(office):
    path = "/.well-known/openid-credential-issuer"
    document = office.app.test_client().get(path, base_url=ISSUER).json
    assert document["esspass_paper_endpoint"] == f"{ISSUER}/paper"


def test_no_paper_without_the_token_s_key(office):
    assert office.app.test_client().get("/paper", base_url=ISSUER).status_code == 401
    owner, thief = office.ready("builder", "pda1", PDA1_EUDI), office.ready("builder", "ehic", EHIC)
    thief.access_token = owner.access_token
    refused = get_paper(thief)
    assert refused.status_code == 401
    assert refused.json["error"] == "invalid_token"


def test_no_paper_of_a_withdrawn_document_for_the_wallet(office):
    wallet = office.ready("builder", "pda1", PDA1_EUDI)
    office.issuer.withdraw(office.records["builder", "pda1"], "fraud", TODAY, NOW)
    refused = get_paper(wallet)
    assert refused.status_code == 400
    assert refused.json["error"] == "credential_request_denied"


def test_no_paper_of_a_document_that_the_token_is_not_for(office):
    wallet = office.ready("builder", "pda1", PDA1_EUDI)
    refused = get_paper(wallet, credential_identifier="another")
    assert refused.status_code == 400
    assert refused.json["error"] == "unknown_credential_identifier"


# The back office


def test_web_01_no_paper_without_sign_in(office):
    record_id = office.records["builder", "pda1"]
    for path in (f"/decisions/{record_id}/paper", f"/decisions/{record_id}/paper.pdf"):
        response = office.app.test_client().get(path, base_url=ISSUER)
        assert response.status_code in (302, 303)
        assert "sign-in" in response.headers["Location"]


def test_the_clerk_chooses_languages_and_gets_the_file(office, clerk):
    record_id = office.records["builder", "pda1"]
    assert f"/decisions/{record_id}/paper" in clerk.get(f"/decisions/{record_id}").text
    page = clerk.get(f"/decisions/{record_id}/paper")
    assert 'value="lt" selected' in page.text
    assert 'value="el" selected' in page.text
    response = clerk.get(f"/decisions/{record_id}/paper.pdf", language="lt", second="el")
    assert response.mimetype == "application/pdf"
    verify_seal(response.data, seal_anchors(office.view), NOW)
    shown = clerk.get(f"/decisions/{record_id}").text
    assert "Put on paper" in shown


def test_the_clerk_is_told_why_there_is_no_paper(office, clerk):
    record_id = office.records["builder", "pda1"]
    office.issuer.withdraw(record_id, "fraud", TODAY, NOW)
    assert f"/decisions/{record_id}/paper" not in clerk.get(f"/decisions/{record_id}").text
    for name in ("paper", "paper.pdf"):
        response = clerk.get(f"/decisions/{record_id}/{name}")
        assert response.status_code in (400, 403, 409)
        assert "This is no longer possible" in response.text
