"""Before a message is sent: drafts that stay, the page that shows what it does, the second person."""

import re

import pytest

from esspass.exchange.form import fill_form
from issuer.staff import Role
from tests.builders.exchange import EL, LT, RO, running_partners
from tests.builders.messages import create_content
from tests.unit.issuer.test_exchange_pages import Clerk, links

PLAIN = {name: value for name, value in create_content("A006").items() if name != "Person"}


def opened(folder, **settings):
    return running_partners(folder, LT, EL, RO, settings={EL: settings} if settings else None)


@pytest.fixture
def partners(tmp_path):
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def careful(tmp_path):
    """Institutions of which the Greek one wants two people behind each message."""
    with opened(tmp_path, exchange_approval=True) as found:
        yield found


def ask(partners, case_type="LA_BUC_06", sed="A005", *receivers):
    case_id = partners[LT].start(
        case_type, sed, create_content(sed, full=True), *(receivers or (EL,))
    )
    partners.settle()
    return case_id


def way(clerk, case_id, sed):
    found = links(clerk.get(f"/cases/{case_id}").text, case_id)
    return next(href for href in found if f"/write/{sed}" in href)


def review(clerk, path, files=(), /, **values):
    answer = clerk.post(path, files, **values)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def revision(page):
    return re.search(r'name="revision" value="(\d+)"', page.text).group(1)


def test_what_is_begun_stays_until_it_is_sent(partners):
    case_id, el = ask(partners), Clerk(partners[EL])
    href = way(el, case_id, "A006")
    kept = el.post(href, [("A1.pdf", b"%PDF-1.7")], do="keep", **fill_form(PLAIN))
    assert kept.headers["Location"] == f"/cases/{case_id}"
    page = el.get(f"/cases/{case_id}").text
    assert "The draft is kept. Nothing was sent." in page
    assert '<h2 class="app-card__title">Drafts</h2>' in page
    assert len(partners[EL].desk.view(case_id).messages) == 1
    assert 'issuer-heap__count">1<' in el.get("/office").text.partition("/drafts")[0][-200:]
    assert href.replace("&", "&amp;") in el.get("/drafts").text
    form = el.get(href).text
    assert "Leave out: A1.pdf" in form
    shown = review(el, href, **fill_form(PLAIN))
    page = el.get(shown)
    assert "A1.pdf" in page.text
    assert el.get(re.search(r'href="(/drafts/[^"]+/attachments/[^"]+)"', page.text).group(1)).data
    sent = el.post(f"{shown}/send", revision=revision(page))
    assert sent.headers["Location"] == f"/cases/{case_id}"
    (message,) = [
        m.message for m in partners[EL].desk.view(case_id).messages if m.message.sed == "A006"
    ]
    assert message.attachments[0].name == "A1.pdf"
    assert el.get(shown).status_code == 400
    assert "No drafts" in el.get("/drafts").text
    again = el.post(f"{shown}/send", revision=revision(page))
    assert again.status_code == 400
    assert len(partners[EL].desk.view(case_id).messages) == 2


def test_the_page_says_what_is_said_to_whom_and_what_it_does(partners):
    case_id, el = ask(partners), Clerk(partners[EL])
    shown = review(el, way(el, case_id, "A006"), **fill_form(PLAIN))
    page = el.get(shown).text
    assert "Fund LT:1000" in page
    assert "It answers “Request for more information”" in page
    assert "No files go with it." in page
    for href in re.findall(r'class="govuk-link exchange-change" href="([^"]+)"', page):
        path, _, anchor = href.replace("&amp;", "&").partition("#")
        form = el.get(path).text
        assert not anchor or f'id="{anchor}"' in form or anchor == "receivers", anchor
    assert len(partners[EL].desk.view(case_id).messages) == 1


def test_a_determination_starts_a_period_of_each_receiver(partners):
    lt = Clerk(partners[LT])
    content = create_content("A003", full=True)
    shown = review(lt, "/cases/new/LA_BUC_02", receivers=[EL, RO], **fill_form(content))
    page = lt.get(shown).text
    assert "A new case is opened" in page
    assert page.count("React, or the determination becomes final") == 2
    assert "Fund RO:3000" in page
    sent = lt.post(f"{shown}/send", revision=revision(lt.get(shown)))
    view = partners[LT].desk.view(sent.headers["Location"].rpartition("/")[2])
    assert {each.whose for each in view.deadlines} == {EL, RO}


def test_an_invalidation_says_what_no_longer_counts(partners):
    lt = Clerk(partners[LT])
    case_id = partners[LT].start("LA_BUC_02", "A003", create_content("A003", full=True), EL)
    partners.settle()
    content = create_content("X008")
    content["TheFollowingSEDConsideredInvalidWithdrawn"] |= {"reason": "04", "SEDType": "A003"}
    del content["CaseContext"]
    page = lt.get(review(lt, way(lt, case_id, "X008"), **fill_form(content))).text
    assert "“Determination of applicable legislation” no longer counts." in page
    assert "These run no longer" in page


def test_each_clerk_has_a_draft_of_their_own(partners):
    case_id, first, second = ask(partners), Clerk(partners[EL]), Clerk(partners[EL], "Vida", "dmlk")
    first.get("/cases")
    second.get("/cases")
    partners[EL].services.staff.give_role("dmlk", Role.CLERK)
    href = way(first, case_id, "A006")
    shown = review(first, href, **fill_form(PLAIN))
    page = second.get(shown)
    assert "/send" not in page.text
    assert "exchange-change" not in page.text
    assert second.post(f"{shown}/send", revision=1).status_code == 303
    assert second.post(f"{shown}/approve", revision=1).status_code == 403
    second.post(f"{shown}/discard")
    assert first.get(shown).status_code == 200
    assert "Your draft of" not in second.get(href).text
    assert len(partners[EL].desk.view(case_id).messages) == 1


def test_what_fails_to_go_stays_a_draft(partners):
    case_id, el = ask(partners), Clerk(partners[EL])
    shown = review(el, way(el, case_id, "A006"), **fill_form(PLAIN))
    number = revision(el.get(shown))
    partners.list(LT, [])
    partners.publish()
    assert el.post(f"{shown}/send", revision=number).headers["Location"] == shown
    page = el.get(shown)
    assert page.status_code == 409
    assert "The receiver is not ready for this kind of case" in page.text
    assert f"{shown}/send" not in page.text
    assert len(partners[EL].desk.view(case_id).messages) == 1


def test_what_the_case_offers_no_longer_can_only_be_thrown_away(partners):
    case_id, lt = ask(partners, "LA_BUC_04", "A009"), Clerk(partners[LT])
    content = create_content("X008")
    content["TheFollowingSEDConsideredInvalidWithdrawn"] |= {"reason": "04", "SEDType": "A009"}
    del content["CaseContext"]
    href, other = way(lt, case_id, "X008"), Clerk(partners[LT], "Vida", "dmlk")
    shown = review(lt, href, **fill_form(content))
    partners[LT].services.staff.give_role("dmlk", Role.CLERK) if other.get("/cases") else None
    assert other.send(href, **fill_form(content)).status_code == 303
    page = lt.get(shown)
    assert page.status_code == 409
    assert "This message is not possible in the case now" in page.text
    assert lt.post(f"{shown}/discard").status_code == 303
    assert lt.get(shown).status_code == 400


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a" * 300 + ".pdf", b"x")], "The name of a file is too long"),
        ([(f"{n}.txt", b"%d" % n) for n in range(21)], "The message is too large"),
    ],
    ids=["name", "number"],
)
def test_a_file_that_cannot_go_is_told_beside_the_files(partners, files, words):
    case_id, el = ask(partners), Clerk(partners[EL])
    typed = {"AdditionalInformation.additionalInformation": "Ąžuolas"}
    answer = el.post(way(el, case_id, "A006"), files, **typed)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'href="#attachments"' in answer.text
    assert "Ąžuolas" in answer.text
    assert partners[EL].services.drafts.drafts.of_case(case_id) == []


@pytest.mark.parametrize("text", ["unknown", "x" * 300, "a%00b", "%F0%9F%92%A9", "..%2F.."])
def test_what_nobody_knows_is_refused(partners, text):
    el, before = Clerk(partners[EL]), partners[EL].desk.search().total
    for path in (f"/drafts/{text}", f"/drafts/{text}/attachments/x"):
        assert el.get(path).status_code in (400, 404), path
    for step in ("send", "approve", "propose", "send-back"):
        assert el.post(f"/drafts/{text}/{step}", revision="x").status_code in (400, 404), step
    assert el.post("/failed-messages/settled", task=text).status_code == 400
    assert el.post("/failed-messages/seen", reference=text, times="x").status_code == 303
    assert el.post("/failed-messages/again", case=text, message=text).status_code == 303
    assert el.post(f"/cases/new/LA_BUC_04?draft={text}").status_code in (400, 404)
    assert el.post("/cases/new/LA_BUC_04", draft="\0" * 70, receivers=text).status_code == 400
    assert partners[EL].desk.search().total == before


def test_a_draft_that_lacks_something_leads_back_to_its_form(partners):
    case_id, el = ask(partners, "LA_BUC_02", "A003"), Clerk(partners[EL])
    href = way(el, case_id, "A004")
    assert el.post(href).status_code == 400
    (draft,) = partners[EL].services.drafts.drafts.of_case(case_id)
    back = el.get(f"/drafts/{draft.id}")
    assert back.headers["Location"] == href
    assert el.post(f"/drafts/{draft.id}/send", revision=draft.revision).status_code == 303
    assert len(partners[EL].desk.view(case_id).messages) == 1


def test_two_people_stand_behind_a_message(careful):
    case_id, clerk = ask(careful), Clerk(careful[EL])
    second = Clerk(careful[EL], "Vida", "dmlk")
    clerk.get("/cases")
    second.get("/cases")
    careful[EL].services.staff.give_role("dmlk", Role.APPROVER)
    shown = review(clerk, way(clerk, case_id, "A006"), **fill_form(PLAIN))
    page = clerk.get(shown)
    assert f'action="{shown}/send"' not in page.text
    number = revision(page)
    assert clerk.post(f"{shown}/send", revision=number).status_code == 303
    assert second.post(f"{shown}/approve", revision=number).status_code == 303
    assert len(careful[EL].desk.view(case_id).messages) == 1
    assert clerk.post(f"{shown}/propose", revision=number).status_code == 303
    assert "Waits for a second person" in clerk.get("/drafts").text
    assert clerk.post(f"{shown}/approve", revision=number).status_code == 303
    assert len(careful[EL].desk.view(case_id).messages) == 1
    assert "Colleagues ask you to agree" in second.get("/drafts").text
    assert "Aldona Tarnautė wrote this" in second.get(shown).text
    assert second.post(f"{shown}/send-back", revision=number).status_code == 303
    assert careful[EL].services.drafts.drafts.get(shown.rpartition("/")[2]).proposed_at
    second.post(f"{shown}/send-back", revision=number, remark="The period is wrong")
    assert "Sent back: The period is wrong" in clerk.get(shown).text
    clerk.post(f"{shown}/propose", revision=number)
    sent = second.post(f"{shown}/approve", revision=number)
    assert sent.headers["Location"] == f"/cases/{case_id}"
    logged = careful[EL].desk.view(case_id).messages[-1]
    assert (logged.message.sed, logged.actor) == ("A006", "Aldona Tarnautė, Vida")


def test_a_request_for_a_certificate_is_looked_at_by_two_as_well(careful):
    clerk = Clerk(careful[EL])
    form = clerk.get("/entitlement-requests/new").text
    values = {
        "country": "LT", "surnames": "Kairys", "forenames": "Jonas", "born": "1990-04-17",
        "starts": "2026-10-01", "ends": "2026-10-14", "reason": "01",
        "reference": re.search(r'name="reference" value="([^"]+)"', form).group(1),
    }  # fmt: skip
    answer = clerk.post("/entitlement-requests/new", **values)
    page = clerk.get(answer.headers["Location"])
    assert "Ask a second person" in page.text
    assert "Kairys" in page.text
    assert careful[EL].desk.search().total == 0
    nobody = clerk.post("/entitlement-requests/new", **{**values, "country": "EE"})
    assert "No institution there takes such requests now" in nobody.text


def test_old_drafts_are_dropped_by_the_worker(partners):
    case_id, el = ask(partners), Clerk(partners[EL])
    el.post(way(el, case_id, "A006"), do="keep", **fill_form(PLAIN))
    partners.clock[0] += 91 * 86400
    partners[EL].pump()
    assert partners[EL].services.drafts.drafts.of_case(case_id) == []
