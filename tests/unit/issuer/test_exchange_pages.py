"""The desk's pages: real institutions, real messages; what a clerk sees and sends."""

import html
import io
import re

import pytest

from esspass.exchange.case_type import case_types
from esspass.exchange.form import fill_form
from esspass.exchange.model import CaseStatus, Deadline
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from issuer.back_office import exchange_texts as texts
from issuer.exchange.desk import NewAttachment
from issuer.exchange.outbox import DeliveryStatus
from issuer.staff import Role
from tests.builders.exchange import ALL_COMPETENCES, EL, LT, RO, running_partners
from tests.builders.lists import DAY, NOW
from tests.builders.messages import create_content

A009 = create_content("A009", full=True)
A009["Person"]["PersonIdentification"] |= {"familyName": "Kairys", "forename": "Jonas"}


class Clerk:
    """A browser of a member of staff who is signed in at one institution."""

    def __init__(self, partner, name="Aldona Tarnautė", user_id="dXNlcg"):
        self.partner, self.client = partner, partner.app.test_client()
        self.base = partner.services.config.base_url
        database = partner.services.database
        PasskeyStore(database).add_user(User(user_id, "staff", name, "salt"), NOW)
        token = ServerSessionStore(database).create(user_id, now=NOW, lifetime=10**9)
        with self.client.session_transaction(base_url=self.base) as session:
            session["session"] = token

    def get(self, path, language="en"):
        headers = {"Accept-Language": language}
        return self.client.get(path, base_url=self.base, headers=headers)

    def post(self, path, files=(), /, **values):
        page = self.get("/cases")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        values = {name.replace("__", "."): value for name, value in values.items()}
        values |= {"attachments": [(io.BytesIO(data), name) for name, data in files]}
        form = {"csrf_token": token, **values}
        return self.client.post(
            path, data=form, base_url=self.base, content_type="multipart/form-data"
        )

    def send(self, path, files=(), /, **values):
        """Write a message, look at it, send it; returns the first answer that is no step on."""
        answer = self.post(path, files, **values)
        if answer.status_code != 303:
            return answer
        review = answer.headers["Location"]
        page = self.get(review)
        if f'action="{review}/send"' not in page.text:
            return page
        revision = re.search(r'name="revision" value="(\d+)"', page.text).group(1)
        return self.post(f"{review}/send", revision=revision)


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    with running_partners(tmp_path_factory.mktemp("partners"), LT, EL, RO) as found:
        yield found


@pytest.fixture(scope="module")
def lt(partners):
    return Clerk(partners[LT])


@pytest.fixture(scope="module")
def el(partners):
    return Clerk(partners[EL])


@pytest.fixture
def others(tmp_path):
    """Institutions of which the directory may say something else."""
    with running_partners(tmp_path, LT, EL) as found:
        yield found


def count(clerk):
    return clerk.partner.desk.search().total


def start(partners, case_type="LA_BUC_04", sed="A009", content=A009, **settings):
    case_id = partners[LT].start(case_type, sed, content, EL, **settings)
    partners.settle()
    return case_id


@pytest.mark.parametrize(
    "path",
    [
        "/cases",
        "/tasks",
        "/cases/new",
        "/cases/new/LA_BUC_04",
        "/cases/x",
        "/cases/x/write/A009",
        "/cases/x/attachments/y",
    ],
)
def test_web_01_nothing_without_sign_in(partners, path):
    client = partners[LT].app.test_client()
    response = client.get(path, base_url=partners[LT].services.config.base_url)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path", ["/cases/new/LA_BUC_04", "/cases/x/write/A009", "/cases/x/close", "/tasks/x/done"]
)
def test_web_01_no_change_without_the_secret_of_the_form(lt, path):
    before = count(lt)
    assert lt.client.post(path, base_url=lt.base, data={}).status_code == 400
    assert count(lt) == before


def test_every_deadline_has_words():
    kinds = {rule.kind for kind in case_types() for rule in kind.deadlines}
    assert kinds == set(texts.DEADLINES)


@pytest.mark.parametrize(
    ("whose", "counted", "language", "words"),
    [
        (EL, "2027-03-25", "en", "25 March 2027 is a public holiday in Greece: Independence Day."),
        (EL, "2027-03-25", "ro", "25 martie 2027"),
        (RO, "2027-03-27", "en", "27 March 2027 is a Saturday or a Sunday."),
        ("EU:ECAP01", "2027-03-27", "en", "27 March 2027 is a Saturday or a Sunday."),
    ],
)
def test_a_deadline_that_a_rest_day_moved_says_which(partners, whose, counted, language, words):
    deadline = Deadline("determination_final", "s", whose, NOW, "", verified=True, counted=counted)
    with partners[LT].app.test_request_context(headers={"Accept-Language": language}):
        assert texts.moved_words(deadline).startswith(words)


def test_a_deadline_is_named_by_its_last_day(partners, lt):
    case_id = partners[LT].start("LA_BUC_02", "A003", create_content("A003", full=True), EL)
    (deadline,) = partners[LT].desk.view(case_id).deadlines
    page = lt.get(f"/cases/{case_id}").text
    with partners[LT].app.test_request_context(headers={"Accept-Language": "en"}):
        assert f"by {texts.day_words(deadline.due_at - 1)}" in page
        assert texts.day_words(deadline.due_at) not in page


def lead(page):
    """Whose turn it is, what to do, the deadline, as the top of a case says it."""
    top = page.text.partition('<div class="exchange-lead">')[2].partition(
        '<section class="app-card'
    )[0]
    return " ".join(re.sub(r"<[^>]+>", " ", top).split())


def test_one_sees_first_whose_turn_it_is_and_until_when(others):
    lt, el = Clerk(others[LT]), Clerk(others[EL])
    case_id = start(others, "LA_BUC_02", "A003", create_content("A003", full=True))
    (deadline,) = others[EL].desk.view(case_id).deadlines
    path, left = f"/cases/{case_id}", (deadline.due_at - 1) // DAY - NOW // DAY
    assert "Your turn React, or the determination becomes final" in lead(el.get(path))
    assert f"{left} days left" in lead(el.get(path))
    assert "Disagreement with determination" in lead(el.get(path))
    assert "Fund EL:2000 acts" in lead(lt.get(path))
    assert "X009" not in lt.get(path).text.partition("exchange-standing")[0]
    others.clock[0] = deadline.due_at - 1
    assert "ends today" in lead(el.get(path))
    others.clock[0] = deadline.due_at
    assert "1 day overdue" in lead(el.get(path))
    assert "Fund EL:2000 is late" in lead(lt.get(path))
    assert "X009" in lt.get(path).text.partition("exchange-standing")[0]


def test_who_asked_waits_for_the_first_step_of_the_other_side(partners, lt, el):
    """Who asked has a later deadline of their own, but nothing to do yet."""
    case_id = start(partners, "DA_BUC_01", "DA01", create_content("DA01", full=True))
    assert lead(lt.get(f"/cases/{case_id}")).startswith("Fund EL:2000 acts Acknowledge the request")
    assert lead(el.get(f"/cases/{case_id}")).startswith("Your turn Acknowledge the request")


def test_without_a_deadline_the_top_says_so(partners, lt, el):
    posting = f"/cases/{start(partners)}"
    said = html.unescape(lead(el.get(posting)))
    assert said == "Nobody's turn Nothing is awaited from us Deadline No deadline runs."
    closed = start(partners, "S_BUC_05", "S044", create_content("S044"))
    lt.post(f"/cases/{closed}/close")
    assert lead(lt.get(f"/cases/{closed}")).startswith("The case is over")


def test_the_print_view_holds_everything_and_no_buttons(partners, lt, el):
    content = create_content("A003", full=True)
    case_id = start(partners, "LA_BUC_02", "A003", content)
    assert f'href="/cases/{case_id}/print"' in el.get(f"/cases/{case_id}").text
    page = el.get(f"/cases/{case_id}/print")
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert case_id in main
    assert content["Person"]["PersonIdentification"]["familyName"] in main
    assert "React, or the determination becomes final, Fund EL:2000" in main
    assert "Printed on" in main
    assert "<details" not in main
    assert "<button" not in main
    assert el.get("/cases/unknown/print").status_code == 400


def test_with_no_data(partners):
    nobody = Clerk(partners[RO])
    assert "No cases yet" in nobody.get("/cases").text
    assert "Nothing to do" in nobody.get("/tasks").text
    assert "Nothing found" in nobody.get("/cases?due=1").text
    assert nobody.get("/cases/unknown").status_code == 400


def test_a_case_is_started_with_a_file_and_read_by_the_other_side(partners, lt, el):
    page = lt.get("/cases/new")
    for kind in case_types():
        assert f"/cases/new/{kind.id}" in page.text
    page = lt.get("/cases/new/LA_BUC_04").text
    offered = re.findall(r'name="receivers"[^>]* value="([^"]+)"', page)
    assert offered == [EL, RO]
    answer = lt.send(
        "/cases/new/LA_BUC_04", [("A1 – Ąžuolas.pdf", b"%PDF-1.7")],
        receivers=EL, **fill_form(A009),
    )  # fmt: skip
    assert answer.status_code == 303
    partners.settle()
    path = answer.headers["Location"]
    case_id = path.rpartition("/")[2]
    assert partners[EL].desk.view(case_id).messages[0].message.content == A009
    sent = lt.get(path).text
    assert "Delivered" in sent
    assert "Aldona Tarnautė" in sent
    listed = el.post("/cases", q=case_id).text
    assert "1 new message" in listed
    assert "Jonas Kairys" in listed or "Kairys Jonas" in listed
    received = el.get(path).text
    assert "from Fund LT:1000" in received
    assert "Notification of posting" in received
    assert "Jonas Kairys" in received
    assert "new message" not in el.post("/cases", q=case_id).text
    file = re.search(r'href="(/cases/[^"]+/attachments/[^"]+)"', received).group(1)
    data = el.get(file)
    assert data.data == b"%PDF-1.7"
    assert "attachment" in data.headers["Content-Disposition"]
    assert data.headers["X-Content-Type-Options"] == "nosniff"
    assert el.get(f"{path}/attachments/other").status_code == 404


def test_a_wrong_form_says_what_is_wrong_and_sends_nothing(lt):
    before = count(lt)
    form = fill_form(A009)
    form["Person.PersonIdentification.dateBirth"] = ["17.4.1990"]
    form["AddressPerson.Address.town"] = [""]
    answer = lt.post("/cases/new/LA_BUC_04", **form)
    assert answer.status_code == 400
    assert "Date of birth: this is not a date" in answer.text
    assert "Town: this must be filled in" in answer.text
    assert "Choose who gets the message" in answer.text
    assert 'value="17.4.1990"' in answer.text
    for name in re.findall(r'href="#([^"]+)"', answer.text)[1:]:
        assert f'id="{name}"' in answer.text, name
    assert count(lt) == before


def test_one_case_of_two_has_one_other_side(lt):
    answer = lt.post("/cases/new/LA_BUC_04", receivers=[EL, RO], **fill_form(A009))
    assert answer.status_code == 400
    assert "one institution on the other side" in answer.text


def test_a_list_grows_without_losing_what_was_typed(lt):
    before = count(lt)
    form = {name: values for name, values in fill_form(A009).items() if "Employer" not in name}
    name = "EmployerInMemberStateWhichLegislationApplies"
    answer = lt.post("/cases/new/LA_BUC_04", more=name, receivers=EL, **form)
    assert answer.status_code == 200
    assert f'name="{name}.0.name"' in answer.text
    assert 'value="Kairys"' in answer.text
    assert count(lt) == before


def test_an_answer_knows_whom_it_is_about(partners, lt, el):
    case_id = start(partners, "LA_BUC_06", "A005", create_content("A005", full=True))
    page = el.get(f"/cases/{case_id}").text
    href = re.search(rf'href="(/cases/{case_id}/write/A006[^"]*)"', page).group(1)
    form = el.get(href.replace("&amp;", "&")).text
    assert 'name="Person.' not in form
    content = create_content("A006")
    del content["Person"]
    answer = el.send(href.replace("&amp;", "&"), **fill_form(content))
    assert answer.status_code == 303, answer.text
    partners.settle()
    messages = partners[LT].desk.view(case_id).messages
    assert [each.message.sed for each in messages] == ["A005", "A006"]
    person = messages[0].message.content["Person"]
    assert messages[1].message.content["Person"] == person
    assert "Reply to request for more information" in lt.get(f"/cases/{case_id}").text


def links(page, case_id):
    found = re.findall(rf'href="(/cases/{case_id}/write/[^"]+)"', page)
    return [href.replace("&amp;", "&") for href in found]


@pytest.mark.parametrize(
    ("case_type", "sed"),
    [(kind.id, kind.starters()[0]) for kind in case_types()],
)
def test_every_message_that_is_offered_has_a_form_in_every_kind_of_case(
    partners, lt, el, case_type, sed
):
    case_id = start(partners, case_type, sed, create_content(sed, full=True))
    for clerk in (lt, el):
        page = clerk.get(f"/cases/{case_id}", "el")
        assert page.status_code == 200
        assert 'lang="el"' in page.text
        for href in links(page.text, case_id):
            assert clerk.get(href, "lt").status_code == 200, href


def test_an_invalidation_and_a_new_version(partners, lt, el):
    case_id = start(partners)
    hrefs = links(lt.get(f"/cases/{case_id}").text, case_id)
    update = next(href for href in hrefs if "update=1" in href)
    form = lt.get(update).text
    assert "A009" in form
    changed = {
        name: value for name, value in A009.items() if name not in ("Person", "PortableDocument")
    }
    assert lt.send(update, **fill_form(changed)).status_code == 303
    partners.settle()
    assert "version 2" in el.get(f"/cases/{case_id}").text
    invalidate = next(href for href in hrefs if "/X008" in href)
    assert "selected" in lt.get(invalidate).text
    content = create_content("X008")
    content["TheFollowingSEDConsideredInvalidWithdrawn"] |= {"reason": "04", "SEDType": "A009"}
    del content["CaseContext"]
    assert lt.send(invalidate, **fill_form(content)).status_code == 303
    partners.settle()
    page = el.get(f"/cases/{case_id}").text
    assert "No longer counts" in page
    assert "the grounds no longer hold" in page


def test_what_is_not_possible_now_has_no_page(partners, lt, el):
    case_id = start(partners)
    for sed in ("X001", "A012", "X050", "A099", "LOCAL_CLOSE"):
        assert lt.get(f"/cases/{case_id}/write/{sed}").status_code in (400, 404), sed
    assert lt.partner.desk.view(case_id).case.status is CaseStatus.OPEN


def test_closing_here(partners, lt):
    case_id = start(partners, "S_BUC_05", "S044", create_content("S044"))
    assert "Close it here" in lt.get(f"/cases/{case_id}").text
    assert lt.post(f"/cases/{case_id}/close").status_code == 303
    page = lt.get(f"/cases/{case_id}").text
    assert "Closed" in page
    assert lt.post(f"/cases/{case_id}/close").status_code == 303
    assert "Nothing was sent" in lt.get(f"/cases/{case_id}").text


def test_an_institution_that_is_not_ready_is_not_offered(others):
    lt = Clerk(others[LT])
    others.list(EL, [("LA_BUC_02", "CP")])
    others.publish()
    assert "on paper" in lt.get("/cases/new/LA_BUC_04").text
    answer = lt.post("/cases/new/LA_BUC_04", receivers=EL, **fill_form(A009))
    assert answer.status_code == 400
    assert "Choose who gets the message" in answer.text
    assert count(lt) == 0


def test_a_partner_lost_meanwhile_is_told_in_words(others):
    lt = Clerk(others[LT])
    case_id = start(others, "LA_BUC_06", "A005", create_content("A005"))
    others.list(EL, [])
    others.publish()
    (href,) = [link for link in links(lt.get(f"/cases/{case_id}").text, case_id) if "X009" in link]
    content = {
        name: value for name, value in create_content("X009").items() if name != "CaseContext"
    }
    answer = lt.send(href, **fill_form(content))
    assert answer.status_code == 409
    assert "The receiver is not ready for this kind of case" in answer.text
    assert len(others[LT].desk.view(case_id).messages) == 1


def test_the_work_list(partners, lt, el):
    case_id = start(partners, "DA_BUC_01", "DA01", create_content("DA01", full=True))
    tasks = el.get("/tasks").text
    assert "Acknowledge the request" in tasks
    assert f"/cases/{case_id}" in tasks
    assert "not checked in its source" in el.get(f"/cases/{case_id}").text
    assert "Your turn" in el.get(f"/cases/{case_id}").text
    task = partners[EL].desk.tasks.of_case(case_id)[0]
    assert el.post(f"/tasks/{task.id}/done").headers["Location"] == "/tasks"
    assert el.post(f"/tasks/{task.id}/done").status_code == 400
    assert partners[EL].desk.tasks.get(task.id).done_by == "Aldona Tarnautė"


def test_a_message_that_could_not_be_delivered_says_why(others):
    lt = Clerk(others[LT])
    others.list(EL, ALL_COMPETENCES, endpoint="http://localhost:9/exchange/messages")
    others.publish()
    case_id = others[LT].start("LA_BUC_04", "A009", A009, EL)
    others[LT].pump()
    page = lt.get(f"/cases/{case_id}").text
    assert "Under way" in page
    assert "The other institution does not answer" in page


def test_an_auditor_reads_and_is_offered_nothing_to_do(others):
    case_id = start(others, "DA_BUC_01", "DA01", create_content("DA01"))
    supervisor, auditor = Clerk(others[EL]), Clerk(others[EL], "Vida", "dmlkYQ")
    assert "/done" in supervisor.get("/tasks").text  # who comes first gives the roles
    assert auditor.get("/tasks").status_code == 200
    others[EL].services.staff.give_role("dmlkYQ", Role.AUDITOR)
    for path in (f"/cases/{case_id}", "/tasks", "/cases"):
        main = auditor.get(path).text.partition("<main")[2]
        assert "/done" not in main
        assert "/write/" not in main
        assert "/cases/new" not in main
    assert "1 new message" in auditor.get("/cases").text
    assert auditor.get(f"/cases/{case_id}/write/DA02").status_code == 403
    supervisor.get(f"/cases/{case_id}")
    assert "1 new message" not in auditor.get("/cases").text


def test_what_others_write_is_text(partners, lt, el):
    content = create_content("H001")
    content["InformationRequested"] = {"informationRequested": "<script>alert(1)</script>\nline 2"}
    case_id = start(
        partners,
        "H_BUC_01",
        "H001",
        content,
        attachments=[NewAttachment("<b>.html", "text/html", b"<script>")],
    )
    page = el.get(f"/cases/{case_id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    file = re.search(r'href="(/cases/[^"]+/attachments/[^"]+)"', page).group(1)
    assert el.get(file).mimetype == "application/octet-stream"


def test_search_leaves_no_personal_data_in_addresses(partners, lt):
    start(partners)
    found = lt.post("/cases", q="kairys")
    assert found.status_code == 200
    assert found.text.count("exchange-case") >= 1
    assert "q=" not in found.text
    assert "Nothing found" in lt.post("/cases", q="nobody").text


def test_a_clerk_has_a_dead_letter_delivered_again(partners, lt):
    partner = partners[LT]
    case_id = partner.start("LA_BUC_04", "A009", A009, EL)
    outbox = partner.desk.keeper.outbox
    (delivery,) = outbox.of_case(case_id)
    outbox.settle(delivery, DeliveryStatus.ERROR, NOW, "unavailable")
    values = {"message": delivery.message_id, "receiver": EL}
    assert f"/cases/{case_id}/again" in lt.get(f"/cases/{case_id}").text
    assert lt.post(f"/cases/{case_id}/again", **values).status_code == 303
    assert outbox.of_case(case_id)[0].status is DeliveryStatus.SENT
    shown = lt.get(f"/cases/{case_id}").text
    assert "The message is on its way again." in shown
    assert f"/cases/{case_id}/again" not in shown
    assert lt.post(f"/cases/{case_id}/again", **values).status_code == 303
    assert "Nothing was sent." in lt.get(f"/cases/{case_id}").text
