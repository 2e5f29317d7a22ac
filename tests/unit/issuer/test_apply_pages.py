"""The pages for applicants and for the staff who see their applications."""

import io
import re
from datetime import UTC, datetime

import pytest

from issuer.filing.form import Form, steps
from issuer.mailbox import Recipient
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.conftest import identity_of
from tests.unit.issuer.test_back_office import Clerk
from tests.unit.issuer.test_filing import work_abroad


class Citizen:
    """A browser of a person who signs in to apply."""

    def __init__(self, office, person=None):
        self.client, self.page = office.app.test_client(), None
        if person is not None:
            self.get("/apply/sign-in/demo-eid")
            self.post("/apply/sign-in/demo-eid", **identity_of(person))

    def get(self, path):
        self.page = self.client.get(path, base_url=ISSUER, follow_redirects=True)
        return self.page

    def post(self, path, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page.text).group(1)
        self.page = self.client.post(
            path, data={"csrf_token": token, **values}, base_url=ISSUER, follow_redirects=True
        )
        return self.page

    @property
    def path(self):
        return self.page.request.path

    def begin(self, form):
        self.get("/apply/mine")
        self.post("/apply/new", form=form)
        return self.path.split("/")[2]

    def answer(self, **answers):
        """Post the page that is shown with what it asks for; errors stay on it."""
        names = set(re.findall(r'name="([a-z_]+)"', self.page.text)) - {
            "csrf_token",
            "then",
            "form",
        }
        kept = dict(
            re.findall(
                r'id="([a-z_]+)" name="[a-z_]+" type="(?:text|date)" [^>]*value="([^"]*)"',
                self.page.text,
            )
        )
        selected = dict(
            re.findall(
                r'<select[^>]*name="([a-z_]+)".*?<option value="([A-Z]{2})" selected',
                self.page.text,
                re.DOTALL,
            )
        )
        return self.post(
            self.path, **{**kept, **selected, **{n: v for n, v in answers.items() if n in names}}
        )

    def walk(self, **answers):
        """Answer page after page until the summary, or a page that needs more."""
        for _ in range(14):
            before = self.path
            if before.endswith("/states"):
                self.get(re.search(r'class="govuk-button" [^>]*href="([^"]+)"', self.page.text)[1])
                continue
            if not re.search(r"/apply/[^/]+/(?!check|workers)[a-z]+$", before):
                break
            self.answer(**answers)
            if self.page.status_code != 200 or self.path == before:
                break
        return self.page


@pytest.fixture
def citizen(office, people):
    return Citizen(office, people["builder"].person)


def test_web_01_nothing_without_sign_in(office):
    client = office.app.test_client()
    for path in (
        "/apply/mine",
        "/apply/x",
        "/apply/x/work",
        "/apply/x/workers",
        "/letters",
        "/letters/x",
    ):
        response = client.get(path, base_url=ISSUER)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/apply/sign-in")
    assert client.get("/applications", base_url=ISSUER).headers["Location"].startswith("/sign-in")


def find_letter(page, subject):
    rows = re.findall(r'href="(/letters/[^"]+)">(.*?)</a>', page, re.DOTALL)
    return next(path for path, words in rows if subject in words)


def test_a_builder_gets_the_a1_at_once(office, citizen):
    filing_id = citizen.begin("a1-self")
    assert citizen.path.endswith("/work")
    citizen.walk(**work_abroad())
    assert citizen.path == f"/apply/{filing_id}/check", citizen.page.text
    assert "Every rule is met" in citizen.page.text
    citizen.post(f"/apply/{filing_id}/send")
    assert "Granted" in citizen.page.text
    letters = citizen.get("/letters").text
    assert "Your document is ready" in letters
    path = find_letter(letters, "Your document is ready")
    assert "Take it into my wallet" in citizen.get(path).text
    assert "openid-credential-offer:" in citizen.post(f"{path}/offer").text


def test_a_page_with_errors_names_each(citizen):
    citizen.begin("a1-self")
    page = citizen.post(citizen.path)
    assert page.status_code == 400
    assert 'href="#work"' in page.text
    citizen.answer(work="01")
    assert citizen.path.endswith("/employer")
    page = citizen.answer(employer_name="", employer_country="XX")
    assert page.status_code == 400
    assert "Please fill this in: Name of the employer" in page.text
    assert "Choose a country from the list: Country" in page.text
    assert "UAB" not in page.text


def test_a_draft_waits_where_it_was_left(citizen):
    filing_id = citizen.begin("a1-self")
    citizen.post(citizen.path, work="01", then="later")
    assert citizen.path == "/apply/mine"
    assert "Draft" in citizen.page.text
    assert citizen.get(f"/apply/{filing_id}").status_code == 200
    assert citizen.path == f"/apply/{filing_id}/country"  # work is answered, the employer is known
    citizen.get(f"/apply/{filing_id}/work")
    citizen.post(f"/apply/{filing_id}/drop")
    assert citizen.get(f"/apply/{filing_id}").status_code == 400


def test_the_last_day_comes_after_the_first(citizen):
    citizen.begin("a1-self")
    page = citizen.walk(**work_abroad(ends="2027-01-01", starts="2027-02-01"))
    assert page.status_code == 400
    assert "The last day comes before the first one" in page.text


def to_states(citizen, **answers):
    """Walk to the page of further States without leaving it."""
    while not citizen.path.endswith("/states"):
        citizen.answer(**answers)
        assert citizen.page.status_code == 200, citizen.page.text


def test_regular_work_in_several_countries_names_each(citizen):
    filing_id = citizen.begin("a1-self")
    answers = work_abroad(work="02", share_here="40", share="35", other_work="no")
    to_states(citizen, **answers)
    assert "25% is still missing" in citizen.page.text
    path = f"/apply/{filing_id}/states/add"
    page = citizen.post(path, work_country="PL", work_fixed="no", share="too much")
    assert page.status_code == 400
    assert "Enter a whole number from 0 to 100" in page.text
    citizen.get(f"/apply/{filing_id}/states")
    citizen.post(path, work_country="PL", work_fixed="no", share="25")
    assert "Together: 100%" in citizen.page.text
    assert "Poland" in citizen.page.text
    citizen.walk(**answers)
    assert citizen.path == f"/apply/{filing_id}/check"
    assert "Every rule is met" in citizen.page.text
    citizen.get(f"/apply/{filing_id}/states")
    citizen.post(re.search(r'action="([^"]+/remove)"', citizen.page.text)[1])
    assert "25% is still missing" in citizen.page.text
    assert "do not make 100" in citizen.get(f"/apply/{filing_id}/check").text


def test_a_second_posting_is_a_second_document(office, citizen):
    filing_id = citizen.begin("a1-self")
    answers = work_abroad()
    to_states(citizen, **answers)
    path = f"/apply/{filing_id}/states/add"
    wrong = {"work_country": "PL", "work_fixed": "no", "starts": "2027-11-02", "ends": "2027-11-01"}
    assert "comes before the first" in citizen.post(path, **wrong).text
    citizen.get(f"/apply/{filing_id}/states")
    later = answers["ends"][:8] + "28"
    citizen.post(path, work_country="PL", work_fixed="no", starts=later, ends=later)
    citizen.walk(**answers)
    citizen.post(f"/apply/{filing_id}/send")
    assert "Poland · A1-LT-" in citizen.page.text
    assert "Romania · A1-LT-" in citizen.page.text
    page = Clerk(office).get(f"/applications/{filing_id}").text
    assert "Poland · A1-LT-" in page


def test_pages_of_countries_only_where_they_are_asked_for(citizen):
    filing_id = citizen.begin("ehic-self")
    assert citizen.get(f"/apply/{filing_id}/states").status_code == 404


def test_what_a_clerk_must_see_is_said_before_and_after(office, citizen):
    filing_id = citizen.begin("a1-self")
    citizen.walk(**work_abroad(replaces="yes"))
    words = "Somebody who was sent there before may be replaced"
    assert words in citizen.page.text
    citizen.post(f"/apply/{filing_id}/send")
    assert "We are looking at it" in citizen.page.text
    assert words in citizen.page.text
    for path in ("work", "check"):
        assert citizen.get(f"/apply/{filing_id}/{path}").status_code == 400
    assert "cannot be changed" in citizen.page.text


def test_another_persons_pages_are_not_there(office, citizen, people):
    filing_id = citizen.begin("a1-self")
    citizen.walk(**work_abroad())
    citizen.post(f"/apply/{filing_id}/send")
    mailbox = office.services.filing.letters.mailbox
    own = mailbox.of(Recipient.PERSON, people["builder"].person.pin)[0]
    other = Citizen(office, people["driver"].person)
    for path in (
        "",
        "/work",
        "/check",
        "/workers",
        "/export.csv",
        "/export.json",
        "/template.csv",
        "/export.xlsx",
        "/template.xlsx",
    ):
        assert other.get(f"/apply/{filing_id}{path}").status_code == 400, path
    for path in ("", "/paper.pdf"):
        assert other.get(f"/letters/{own.id}{path}").status_code == 404
    other.get("/apply/mine")
    assert other.post(f"/letters/{own.id}/offer").status_code == 404


def test_web_01_no_change_without_the_secret_of_the_form(office, citizen):
    filing_id = citizen.begin("a1-self")
    for path in (
        "/apply/new",
        f"/apply/{filing_id}/work",
        f"/apply/{filing_id}/send",
        f"/apply/{filing_id}/drop",
    ):
        assert (
            citizen.client.post(path, base_url=ISSUER, data={"form": "a1-self"}).status_code == 400
        )
    assert office.services.filing.filings.get(filing_id).answers.get("work") is None


ROWS = "surnames;forenames;date_of_birth;number;nationality;residence_town;residence_country\n"


def upload(citizen, filing_id, text):
    citizen.get(f"/apply/{filing_id}/workers")
    file = (io.BytesIO(text.encode()), "workers.csv")
    return citizen.post(f"/apply/{filing_id}/workers/file", file=file)


def employers_draft(citizen):
    filing_id = citizen.begin("a1-employer")
    citizen.walk(
        **work_abroad(), employer_name="UAB Pavyzdinė statyba", employer_number="900004516",
        employer_town="Kaunas", employer_country="LT",
    )  # fmt: skip
    assert citizen.path == f"/apply/{filing_id}/workers", citizen.page.text
    return filing_id


def test_workers_from_a_file_and_by_hand(office, people):
    boss = Citizen(office, people["driver"].person)
    filing_id = employers_draft(boss)
    builder = people["builder"].person
    good = f"{builder.surnames};{builder.forenames};17.05.1984;{builder.pin};LT;Kaunas;LT\n"
    page = upload(boss, filing_id, ROWS + good + "Naujokas;;1990-13-01;39001010000;LT;Kaunas;LT\n")
    assert page.status_code == 400
    assert "1 line of your file needs a change" in page.text
    assert "1990-13-01" not in page.text
    page = upload(
        boss, filing_id, ROWS + good + "Naujokas;Ona;1990-12-01;39001010000;LT;Kaunas;LT\n"
    )
    assert "2 workers are on the list" in page.text
    assert upload(boss, filing_id, "a;b\n").status_code == 400
    boss.get(f"/apply/{filing_id}/workers")
    boss.post(f"/apply/{filing_id}/workers/add", surnames="Trečias", forenames="Jonas",
              date_of_birth="1991-01-01", number="39101010000", nationality="LT",
              residence_town="Kaunas", residence_country="LT")  # fmt: skip
    assert "Jonas Trečias is on the list" in boss.page.text
    path = re.search(r'action="([^"]+/remove)"', boss.page.text).group(1)
    boss.post(path)
    page = boss.get(f"/apply/{filing_id}/check")
    assert "39101010000" not in page.text or "Trečias" not in page.text
    assert "not yet in our records" not in page.text  # what the register says is not the employer's
    boss.post(f"/apply/{filing_id}/send")
    assert boss.page.text.count("We are looking at it") >= 2
    exported = boss.get(f"/apply/{filing_id}/export.csv").text
    assert "We are looking at it" in exported
    sheet = boss.get(f"/apply/{filing_id}/export.xlsx")
    assert sheet.data.startswith(b"PK")
    assert sheet.mimetype.endswith("spreadsheetml.sheet")
    assert boss.get(f"/apply/{filing_id}/export.json").json["workers"][0]["status"] == "pending"


def test_the_template_can_be_filled_in_and_its_example_is_nobody(office, people):
    boss = Citizen(office, people["driver"].person)
    filing_id = employers_draft(boss)
    template = boss.get(f"/apply/{filing_id}/template.csv").get_data(as_text=True)
    page = upload(boss, filing_id, template)
    assert page.status_code == 400
    assert "at least one worker" in page.text
    row = "Naujokas;Ona;1.12.1990;39001010000;Lietuva;;Kaunas;;LT;;;;\r\n"
    assert "1 worker is on the list" in upload(boss, filing_id, template + row).text
    assert "Naujokas, Ona" in boss.page.text
    assert "Pavyzdys" not in boss.page.text


def test_the_staffs_table_and_the_mandate(office, people):
    boss = Citizen(office, people["driver"].person)
    filing_id = employers_draft(boss)
    builder = people["builder"].person
    upload(
        boss,
        filing_id,
        ROWS + f"{builder.surnames};{builder.forenames};1984-05-17;{builder.pin};LT;Kaunas;LT\n",
    )
    boss.get(f"/apply/{filing_id}/check")
    boss.post(f"/apply/{filing_id}/send")
    clerk = Clerk(office)
    table = clerk.get("/applications")
    assert builder.surnames in table.text
    assert "1 waits for a clerk" in table.text
    found = clerk.post("/applications", table, q=builder.surnames, state="refused")
    assert "Nothing found" in found.text
    page = clerk.get(f"/applications/{filing_id}")
    assert "P-19" in page.text
    done = clerk.post(f"/applications/{filing_id}/mandate", page)
    assert done.status_code == 303
    page = clerk.get(f"/applications/{filing_id}").text
    assert "1 document was granted" in page
    assert "Every rule was met" in page
    letters = boss.get("/letters").text
    assert letters.count("Your document is ready") == 1
    path = find_letter(letters, "Your document is ready")
    assert "Take it into my wallet" not in boss.get(path).text  # it is the worker's


def test_nobody_else_gets_the_document_of_a_letter_that_is_over(office, citizen, people):
    filing_id = citizen.begin("a1-self")
    citizen.walk(**work_abroad())
    citizen.post(f"/apply/{filing_id}/send")
    desk = office.services.filing
    (person,) = desk.filings.persons(desk.filings.get(filing_id))
    letter = next(
        each
        for each in desk.letters.mailbox.of(Recipient.PERSON, people["builder"].person.pin)
        if each.topic == "granted"
    )
    office.issuer.withdraw(
        person.record_id, "ended_early", datetime.fromtimestamp(NOW, UTC).date(), NOW
    )
    assert "no longer in force" in citizen.get(f"/letters/{letter.id}").text
    assert citizen.get(f"/letters/{letter.id}/paper.pdf").status_code == 404
    citizen.get("/letters")
    citizen.get("/apply/mine")
    assert "openid-credential-offer:" not in citizen.post(f"/letters/{letter.id}/offer").text


def test_sign_in_needs_the_number_and_a_way_that_is_offered(office, people, make_office):
    stranger = Citizen(office)
    stranger.get("/apply/sign-in/demo-eid")
    answer = {**identity_of(people["builder"].person), "personal_administrative_number": ""}
    page = stranger.post("/apply/sign-in/demo-eid", **answer)
    assert page.status_code == 400
    assert "Enter the personal identification number" in page.text
    page = stranger.post(
        "/apply/sign-in/demo-eid",
        **{**answer, "birthdate": "1984", "personal_administrative_number": "1"},
    )
    assert page.status_code == 400
    assert stranger.get("/apply/sign-in/pid").status_code == 404
    assert stranger.get("/apply/sign-in/oidc").status_code == 404
    assert stranger.get("/apply/mine").request.path == "/apply/sign-in"


def test_signing_out_ends_the_session(office, citizen):
    citizen.get("/apply/mine")
    with citizen.client.session_transaction(base_url=ISSUER) as session:
        token = session["applicant"]
    citizen.post("/apply/sign-in/leave")
    assert office.services.filing.applicants.of_session(token, NOW) is None
    assert citizen.get("/apply/mine").request.path == "/apply/sign-in"


def test_staff_and_applicants_are_different_people(office, citizen):
    """An applicant's session opens nothing of the back office, nor the other way round."""
    with citizen.client.session_transaction(base_url=ISSUER) as session:
        session["session"] = session["applicant"]
    assert (
        citizen.client.get("/applications", base_url=ISSUER)
        .headers["Location"]
        .startswith("/sign-in")
    )
    clerk = Clerk(office)
    with clerk.client.session_transaction(base_url=ISSUER) as session:
        session["applicant"] = session["session"]
    assert clerk.get("/apply/mine").headers["Location"].startswith("/apply/sign-in")


@pytest.mark.parametrize("locale", ["lt", "el", "ro"])
def test_every_page_speaks_the_readers_language(office, people, locale):
    citizen = Citizen(office, people["builder"].person)
    english = citizen.get("/apply").text
    assert "Who fills in what" in english
    citizen.get(f"/apply?lang={locale}")
    assert "Who fills in what" not in citizen.page.text
    filing_id = citizen.begin("a1-self")
    for step in steps(Form.A1_SELF, {"work": "01", "work_fixed": "yes"}):
        page = citizen.get(f"/apply/{filing_id}/{step.id}")
        for question in step.questions if page.status_code == 200 else ():
            assert question.label(Form.A1_SELF, locale) in page.text
