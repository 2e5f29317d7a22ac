"""Print, as JSON, what a person reads in a language: pages, words without a network, a paper."""

import json
import sys
from pathlib import Path

from esspass.attestations import PDA1_WEBUILD, attestation_type, attestation_types
from esspass.attestations.wording import code_name
from esspass.documents.languages import choose_languages
from esspass.documents.page import render_page
from esspass.storage import connect
from esspass.web import LOCALES
from tests.unit.documents.conftest import NOW, paper_of
from tests.unit.verifier.conftest import Stage


def main(language, folder):
    """Read the pages as the browser of a person who asks for ``language``."""
    stage = Stage(Path(folder), connect(f"{folder}/verifier.db"))
    browser = stage.sign_in()

    def read(address):
        answer = browser.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    case = stage.open_case(browser)
    found = {
        "offered": LOCALES,
        "pages": {
            name: read(name) for name in ("/", "/cases", "/cases/new", case, "/scan", "/privacy")
        },
        "worker": read("/scan/sw.js"),
        "words": json.loads(read("/scan/specs.json"))["words"][language],
        "paper": render_page(paper_of("builder"), choose_languages(language, None), NOW),
        "labels": [group.labels[language] for group in attestation_type(PDA1_WEBUILD).groups],
        "integrity": [known.integrity for known in attestation_types().values()],
        "code": code_name("status_confirmation", "01", language),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
