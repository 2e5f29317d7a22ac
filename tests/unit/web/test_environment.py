from dataclasses import dataclass
from pathlib import Path

import pytest

from esspass.errors import MalformedError
from esspass.web.environment import read_settings


@dataclass(frozen=True)
class Settings:
    base_url: str
    folder: Path
    count: int = 3
    kinds: tuple[str, ...] = ("a",)
    brave: bool = False
    note: str | None = None


FULL = {
    "APP_BASE_URL": "https://a.example/",
    "APP_FOLDER": "/k",
    "APP_COUNT": "7",
    "APP_KINDS": "b, c,",
    "APP_BRAVE": "1",
    "APP_NOTE": "n",
}


def test_every_kind_of_field_is_read():
    assert read_settings(Settings, "APP", FULL) == Settings(
        "https://a.example", Path("/k"), 7, ("b", "c"), True, "n"
    )


def test_what_is_not_set_keeps_its_default():
    environ = {"APP_BASE_URL": "u", "APP_FOLDER": "f", "APP_COUNT": "", "OTHER_COUNT": "9"}
    assert read_settings(Settings, "APP", environ) == Settings("u", Path("f"))


def test_given_fields_are_not_read():
    assert read_settings(Settings, "APP", FULL, note=None).note is None


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(MalformedError, match="APP_BASE_URL, APP_FOLDER") as refused:
        read_settings(Settings, "APP", {})
    assert refused.value.code == "setting_missing"


def test_a_number_that_is_none_is_named():
    with pytest.raises(MalformedError, match="APP_COUNT") as refused:
        read_settings(Settings, "APP", {**FULL, "APP_COUNT": "many"})
    assert refused.value.code == "bad_setting"
