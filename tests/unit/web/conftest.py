"""Fixtures of the web layer: compiled catalogues, the demo app, a clock that tests move."""

import subprocess
import sys
from pathlib import Path

import pytest

from esspass.storage import connect
from tests.unit.web.demo_app import Clock, create_demo_app

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.fixture(scope="session", autouse=True)
def _catalogues():
    subprocess.run([sys.executable, SCRIPTS / "translations", "compile"], check=True)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sqlite(tmp_path):
    db = connect(str(tmp_path / "web.db"))
    yield db
    db.close()


@pytest.fixture
def app(sqlite, clock):
    return create_demo_app(sqlite, clock=clock)


@pytest.fixture
def client(app):
    return app.test_client()
