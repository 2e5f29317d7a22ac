"""Findings in words: every check, every reason, evidence a person can read."""

import re
from pathlib import Path

import pytest

import esspass
from esspass.verdict import Finding, Outcome
from esspass.web.findings import CHECKS, describe_finding
from esspass.web.reason_texts import REASONS

ESSPASS = Path(esspass.__file__).parent
PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context():
        yield


def test_a_passed_check_says_what_is_true():
    described = describe_finding(Finding("signature", "", PASSED))
    assert (described.label, described.kind, described.outcome) == ("Signature", "good", "Passed")
    assert described.sentence == "The document is unchanged since it was signed."
    assert described.code == ""


def test_a_failed_check_says_why():
    described = describe_finding(Finding("validity", "", FAILED, "expired"))
    assert (described.kind, described.sentence) == ("bad", "The document has expired.")


def test_nothing_undecided_looks_good_or_bad():
    assert describe_finding(Finding("status", "", UNDECIDED, "status_unreachable")).kind == "unsure"


def test_unknown_checks_and_reasons_still_speak():
    described = describe_finding(Finding("covering", "", FAILED, "no_such_reason"))
    assert described.label == "covering"
    assert described.sentence
    assert described.code == "no_such_reason"


def test_evidence_is_put_into_words():
    parameters = {
        "list": "pub-eaa-providers",
        "issued": "2026-11-21T09:27:00Z",
        "expires_at": "1795253220",
        "problem": "list_unavailable",
        "country": "LT",
        "freshness": "FRESH",
        "reason": "expired",
        "next_update": "",
        "odd_key": "text",
        "issuer": "CN=attestation,O=Exemple,C=LT",
    }
    moment = '<time datetime="2026-11-21T09:27:00Z">21 November 2026, 09:27 UTC</time>'
    evidence = dict(describe_finding(Finding("trust", "", PASSED, "", parameters)).evidence)
    assert evidence == {
        "Trusted list": "Public issuers of attestations",
        "Issuer": "Exemple, Lithuania",
        "List issued": moment,
        "Valid until": moment,
        "Problem of the source": "The trusted list could not be fetched.",
        "Country": "Lithuania",
        "Age of the list": "current",
        "odd key": "text",
    }


def test_every_check_of_the_verdict_has_words():
    stable = "signature trust validity status holder_binding type integrity person"
    assert list(CHECKS) == stable.split()
    assert all(str(label) and str(sentence) for label, sentence in CHECKS.values())


def test_reasons_are_whole_sentences():
    assert all(str(text).endswith(".") for text in REASONS.values())


def test_every_reason_a_verdict_can_give_has_words():
    """Codes are read from the sources that the checks call."""
    raised = re.compile(r'(?:code=|PersonUndecidedError\(|return )"([a-z]+(?:_[a-z]+)+)"')
    modules = [
        *(ESSPASS / "sdjwt").glob("*.py"),
        *(ESSPASS / "statuslist").glob("*.py"),
        *(
            ESSPASS / "inspection" / f"{name}.py"
            for name in ("checks", "evidence", "examination", "paper", "person", "shown", "status")
        ),
        ESSPASS / "attestations" / "integrity.py",
        *(
            ESSPASS / "trust" / name
            for name in ("decide.py", "authorization.py", "listing.py", "path.py", "jades.py")
        ),
    ]
    codes = {code for module in modules for code in raised.findall(module.read_text())}
    assert len(codes) > 50
    assert codes - set(REASONS) == set()


@pytest.mark.parametrize("name", ["no name", "CN=only", "O=Exemple"])
def test_an_issuer_without_organisation_or_country_is_shown_as_it_is(name):
    finding = Finding("signature", "", PASSED, "", {"issuer": name})
    assert describe_finding(finding).evidence == (("Issuer", name),)
