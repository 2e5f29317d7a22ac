"""Every text of a paper is there in every language, and the catalogues hold what is used."""

import importlib.util
import re
from pathlib import Path

import pytest

from esspass.documents.form import create_sections
from esspass.documents.languages import choose_languages
from esspass.documents.page import render_page
from tests.unit.documents.conftest import NOW, PAPERS, TODAY

ROOT = Path(__file__).resolve().parents[3]
LOCALES = ("lt", "el", "ro")


@pytest.fixture(scope="module")
def translations():
    """The catalogues of ``scripts/translations`` as a module."""
    path = ROOT / "scripts" / "translations" / "catalogues.py"
    specification = importlib.util.spec_from_file_location("catalogues", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_catalogues_are_complete(translations):
    assert list(translations.find_problems("esspass/documents")) == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAPERS)
def test_no_english_is_left_on_a_page(translations, name, locale):
    page = render_page(PAPERS[name](), choose_languages(locale, None), NOW)
    used = [str(m.id) for m in translations.extract("esspass/documents") if m.id]
    foreign = {str(m.string) for m in translations.read("esspass/documents", locale) if m.id}
    for text in used:
        if "%(" not in text and text not in foreign:
            assert f">{text}<" not in page


@pytest.mark.parametrize("name", ["builder", "driver", "ship", "flat", "long"])
def test_titles_and_names_of_boxes_are_there_in_every_language(name):
    paper = PAPERS[name]()
    languages = [choose_languages(locale, None)[0] for locale in ("en", *LOCALES)]
    sections = create_sections(paper.document, paper.person, TODAY, languages)
    assert [section.number for section in sections] == list("123456")
    for section in sections:
        for part in section.parts:
            assert len(set(part.titles)) == len(languages)
            for box in part.boxes:
                assert len(box.labels) == len(languages)
                assert all(box.labels)


def test_two_languages_stand_side_by_side_and_one_alone():
    page = render_page(PAPERS["builder"](), choose_languages("lt", "el"), NOW)
    assert set(re.findall(r'<span class="said" lang="(\w+)"', page)) == {"lt", "el"}
    page = render_page(PAPERS["builder"](), choose_languages("lt", "lt"), NOW)
    assert set(re.findall(r'<span class="said" lang="(\w+)"', page)) == {"lt"}


def test_what_both_languages_say_is_said_once():
    page = render_page(PAPERS["builder"](), choose_languages("lt", "el"), NOW)
    value = re.search(r'<td class="value">([^\n]*38405170415[^\n]*)</td>', page).group(1)
    assert value.count("38405170415") == 1
