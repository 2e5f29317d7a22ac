"""A program that uses the API, for tests."""

from issuer.api.clients import ApiClients
from tests.builders.issuance import NOW

API = "/api/v1"


class Program:
    """A client of an institution's API that holds a token."""

    def __init__(self, office, *roles, purpose="records", name="Payroll"):
        self.office, self.client = office, office.app.test_client()
        self.base = office.services.config.base_url
        clients = ApiClients(office.services.database)
        self.id, self.secret = clients.add(name, set(roles or ["clerk"]), {purpose}, NOW)
        self.token = self.ask_token(scope=purpose).json["access_token"]

    def ask_token(self, secret=None, **form):
        form = {"grant_type": "client_credentials", "scope": "records", **form}
        return self.client.post(
            f"{API}/token", data=form, auth=(self.id, secret or self.secret), base_url=self.base
        )

    def call(self, method, path, headers=(), **settings):
        headers = {"Authorization": f"Bearer {self.token}", **dict(headers)}
        return self.client.open(
            API + path, method=method, headers=headers, base_url=self.base, **settings
        )

    def get(self, path, **query):
        return self.call("GET", path, query_string=query)

    def post(self, path, json=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, json=json, headers=named)
