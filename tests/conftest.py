"""Fixtures every test may use: databases, the shared data with published vectors."""

import os
import shutil
import uuid
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

from esspass.storage import connect

settings.register_profile(
    "esspass",
    deadline=None,  # how busy the machine is proves nothing
    derandomize=bool(os.environ.get("CI")),  # there the same examples, elsewhere always new ones
)
settings.load_profile("esspass")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def shared_data():
    """The folder with real lists, schemas and published vectors."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the published vectors (../shared/data) are not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def playwright():
    """The one driver of browsers: two in a process do not go together."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (scripts/test-tools finds or installs it)")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright):
    chromium = playwright.chromium.launch(executable_path=CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    """Every repository test runs on every database."""
    if request.param == "sqlite":
        db = connect(str(tmp_path / "test.db"))
        yield db
        db.close()
        return
    if not POSTGRES_URL:
        pytest.skip("TEST_POSTGRES_URL is not set (scripts/test-tools sets it)")
    schema = f"test_{uuid.uuid4().hex}"
    admin = connect(POSTGRES_URL)
    admin.execute(f"CREATE SCHEMA {schema}")
    separator = "&" if "?" in POSTGRES_URL else "?"
    db = connect(f"{POSTGRES_URL}{separator}options=-csearch_path%3D{schema}")
    yield db
    db.close()
    admin.execute(f"DROP SCHEMA {schema} CASCADE")
    admin.close()


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory):
    """One demo world that all tests of a run share: its Cast, and its processes by name."""
    from tests.worlds import running_world

    with running_world(tmp_path_factory.mktemp("world")) as everybody_and_processes:
        yield everybody_and_processes


@pytest.fixture(scope="session")
def cast(demo_world):
    """Everybody in the shared demo world; its apps are real processes."""
    everybody, _processes = demo_world
    return everybody
