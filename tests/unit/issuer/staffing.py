"""Browsers of members of staff in each role, signed in."""

import re

from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from issuer.staff import Role
from tests.builders.issuance import NOW


class Colleague:
    """A browser of somebody in a role; ``id`` is the user's."""

    def __init__(self, office, role, name="Aldona Tarnautė", identifier=None):
        self.office, self.id = office, identifier or f"user-{role}"
        user = User(self.id, "staff", name, "salt")
        PasskeyStore(office.services.database).add_user(user, NOW)
        office.services.staff.admit(user, role, NOW)
        self.client, self.base = office.app.test_client(), office.services.config.base_url
        token = ServerSessionStore(office.services.database).create(
            self.id, now=NOW, lifetime=10**9
        )
        with self.client.session_transaction(base_url=self.base) as session:
            session["session"], session["csrf"] = token, "csrf"

    @property
    def member(self):
        return self.office.services.staff.get(self.id)

    def get(self, path, **query):
        return self.client.get(path, query_string=query, base_url=self.base)

    def post(self, path, /, **values):
        return self.client.post(path, data={"csrf_token": "csrf", **values}, base_url=self.base)


def hire(office):
    """One colleague in each role."""
    return {role: Colleague(office, role, f"{role.title()} Example") for role in Role}


def lines(page):
    """The lines of a list of tasks, without markup."""
    found = page.text.partition("</main>")[0].split('<li class="issuer-task')[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", f"<{line}").split()) for line in found]
