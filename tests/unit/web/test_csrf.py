"""Forms are accepted from our own pages and sessions only."""

import re

import pytest

ORIGIN = {"Origin": "http://localhost"}


def token_of(client):
    page = client.get("/form").get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


def test_a_form_with_the_token_is_accepted(client):
    fields = {"csrf_token": token_of(client), "payload": "abc"}
    response = client.post("/form", data=fields, headers=ORIGIN)
    assert (response.status_code, response.location) == (302, "/form")
    assert "Received 3 characters." in client.get("/form").get_data(as_text=True)


def test_a_script_may_send_the_token_as_a_header(client):
    headers = {"X-CSRF-Token": token_of(client)}
    assert client.post("/form", data={"payload": "x"}, headers=headers).status_code == 302


@pytest.mark.parametrize("token", ["", "x" * 43, "žžž", None])
def test_a_wrong_or_missing_token_is_refused(client, token):
    token_of(client)
    fields = {"payload": "x"} if token is None else {"payload": "x", "csrf_token": token}
    response = client.post("/form", data=fields)
    assert response.status_code == 400
    assert "<code>form_expired</code>" in response.get_data(as_text=True)


def test_a_token_of_another_session_is_refused(app, client):
    foreign = token_of(app.test_client())
    token_of(client)
    response = client.post("/form", data={"csrf_token": foreign, "payload": "x"})
    assert response.status_code == 400


def test_without_a_session_no_token_helps(client):
    assert client.post("/form", data={"csrf_token": "", "payload": "x"}).status_code == 400


@pytest.mark.parametrize("origin", ["http://localhost:9999", "https://localhost", "null"])
def test_another_origin_is_refused_even_with_the_token(client, origin):
    fields = {"csrf_token": token_of(client), "payload": "x"}
    response = client.post("/form", data=fields, headers={"Origin": origin})
    assert response.status_code == 400
    assert "<code>foreign_origin</code>" in response.get_data(as_text=True)
