"""The pages for applicants and for the staff who see their applications."""

import re

import pytest

from tests.builders.issuance import ISSUER
from tests.unit.issuer.conftest import identity_of
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
        for _ in range(12):
            before = self.path
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
    path = re.search(r'href="(/letters/[^"]+)"', letters).group(1)
    assert "Take it into my wallet" in citizen.get(path).text
    assert "openid-credential-offer:" in citizen.post(f"{path}/offer").text
