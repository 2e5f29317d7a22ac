"""The lists app serves the published files, whole, and nothing else."""

import gzip
import os

import pytest

from esspass.errors import MalformedError
from esspass.web.lists import ListsConfig, app_from_environ, create_app, migrate

TOKEN = b"eyJhbGciOiJFUzI1NiJ9." + b"A" * 2000 + b".sig"


@pytest.fixture
def folder(tmp_path):
    published = tmp_path / "published"
    published.mkdir()
    (published / "pub-eaa-providers.jwt").write_bytes(TOKEN)
    (published / "state.key").write_bytes(b"secret")
    (published / ".hidden.jwt").write_bytes(b"secret")
    (tmp_path / "outside.jwt").write_bytes(b"secret")
    (published / "link.jwt").symlink_to(tmp_path / "outside.jwt")
    return published


@pytest.fixture
def lists(folder):
    return create_app(ListsConfig(folder, "http://localhost:8199")).test_client()


def test_a_list_is_served_as_it_is(lists):
    response = lists.get("/pub-eaa-providers.jwt")
    assert response.data == TOKEN
    assert response.content_type == "application/jwt"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, no-cache"


def test_a_list_is_compressed_for_those_who_can(lists):
    response = lists.get("/pub-eaa-providers.jwt", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < len(TOKEN)
    assert gzip.decompress(response.data) == TOKEN
    refused = lists.get("/pub-eaa-providers.jwt", headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == TOKEN


def test_an_unchanged_list_is_not_sent_again(lists, folder):
    tag = lists.get("/pub-eaa-providers.jwt").headers["ETag"]
    headers = {"If-None-Match": tag}
    assert lists.get("/pub-eaa-providers.jwt", headers=headers).status_code == 304
    (folder / "pub-eaa-providers.jwt").write_bytes(TOKEN + b"x")
    assert lists.get("/pub-eaa-providers.jwt", headers=headers).data == TOKEN + b"x"


@pytest.mark.parametrize(
    "address",
    [
        "/state.key",
        "/.hidden.jwt",
        "/link.jwt",
        "/missing.jwt",
        "/../outside.jwt",
        "/..%2foutside.jwt",
        "/%2e%2e/outside.jwt",
        "/PUB-EAA-PROVIDERS.JWT",
    ],
)
def test_nothing_else_is_served(lists, address):
    response = lists.get(address)
    assert response.status_code == 404
    assert b"secret" not in response.data


def test_a_person_sees_what_is_published(lists):
    page = lists.get("/").get_data(as_text=True)
    assert "pub-eaa-providers.jwt" in page
    assert "state.key" not in page


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    page = create_app(ListsConfig(tmp_path, "http://localhost")).test_client().get("/")
    assert "Nothing is published yet" in page.get_data(as_text=True)


def test_settings_come_from_the_environment(folder, monkeypatch):
    monkeypatch.setenv("LISTS_FOLDER", str(folder))
    monkeypatch.setenv("LISTS_BASE_URL", "http://localhost:8199")
    assert app_from_environ().test_client().get("/healthz").status_code == 200
    assert migrate(os.environ) == []


def test_missing_settings_are_named():
    with pytest.raises(MalformedError, match="LISTS_FOLDER, LISTS_BASE_URL"):
        migrate({})
