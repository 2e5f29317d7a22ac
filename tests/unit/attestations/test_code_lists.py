"""Code lists: every code of a schema has words in every language, and no code has two."""

import pytest

from esspass.attestations.specification import LOCALES, read_json

WEBUILD = read_json("pda1-webuild/issuance.schema.json")["$defs"]
FLAT = read_json("pda1-eudi/issuance.schema.json")["$defs"]
PID = read_json("pid/issuance.schema.json")["properties"]


@pytest.mark.parametrize(
    ("code_list", "codes"),
    [
        (
            "status_confirmation",
            WEBUILD["statusConfirmation"]["properties"]["statusConfirmationCode"]["enum"],
        ),
        ("status_confirmation", FLAT["statusConfirmation"]["enum"]),
        (
            "employment_type",
            WEBUILD["employmentSituation"]["properties"]["typeOfEmployment"]["enum"],
        ),
        ("employment_type", FLAT["employer"]["properties"]["type"]["enum"]),
        ("id_type", WEBUILD["typeOfID"]["enum"]),
        ("gender", WEBUILD["gender"]["enum"]),
        ("sex", [str(code) for code in PID["sex"]["enum"]]),
    ],
)
def test_every_code_has_words(code_list, codes):
    assert list(read_json("codes.json")[code_list]) == codes


@pytest.mark.parametrize("code_list", sorted(read_json("codes.json")))
def test_words_are_complete_and_distinct(code_list):
    entries = read_json("codes.json")[code_list]
    for entry in entries.values():
        assert list(entry) == list(LOCALES)
    for locale in LOCALES:
        words = [entry[locale].strip() for entry in entries.values()]
        assert all(words)
        assert len(set(words)) == len(words)
