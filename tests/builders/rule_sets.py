"""A small rule set to try the engine with; the real one is in ``specs/inspection``."""

from copy import deepcopy
from typing import Any

from esspass.inspection.rules import SUBMISSION

_PASSED = {"var": "checks.signature.outcome"}

RULES: dict[str, Any] = {
    "id": "test-rules",
    "version": "2026.9.1",
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "questions": [{"id": "replaces_colleague", "kind": "pda1", "rule": "A-26"}],
    "rules": [
        {
            "id": "A-01",
            "kinds": ["pda1", "ehic"],
            "stage": "authenticity",
            "cases": [
                {
                    "when": {"==": [_PASSED, "FAILED"]},
                    "outcome": "NOT_A_CREDENTIAL",
                    "reason": "bad_signature",
                }
            ],
            "source": {"reference": "RFC 9901, section 7.1", "verified": True},
        },
        {
            "id": "A-05",
            "kinds": ["pda1", "ehic"],
            "stage": "authenticity",
            "cases": [
                {
                    "when": {"==": [{"var": "checks.status.outcome"}, "FAILED"]},
                    "outcome": "NOT_COVERED",
                    "reason": "withdrawn",
                },
                {
                    "when": {"!=": [{"var": "checks.status.outcome"}, "PASSED"]},
                    "outcome": "CANNOT_DECIDE",
                    "reason": "status_unknown",
                },
            ],
            "source": {"reference": "Regulation (EC) 987/2009, Article 5", "verified": True},
        },
        {
            "id": "A-09",
            "kinds": ["pda1"],
            "stage": "situation",
            "needs": ["document.starts", "document.ends"],
            "missing": {"outcome": "CANNOT_DECIDE", "reason": "period_not_shown"},
            "cases": [
                {
                    "when": {"before": [{"var": "situation.date"}, {"var": "document.starts"}]},
                    "outcome": "NOT_COVERED",
                    "reason": "not_yet",
                },
                {
                    "when": {"after": [{"var": "situation.date"}, {"var": "document.ends"}]},
                    "outcome": "NOT_COVERED",
                    "reason": "ended",
                },
            ],
            "source": {"reference": "Regulation (EC) 883/2004, Article 12(1)", "verified": True},
        },
        {
            "id": "A-17",
            "kinds": ["pda1"],
            "stage": "situation",
            "applies": {"in": [{"var": "document.code"}, ["01", "03"]]},
            "cases": [
                {
                    "when": {
                        "not-before": [
                            {"var": "document.ends"},
                            {"plus-months": [{"var": "document.starts"}, 24]},
                        ]
                    },
                    "outcome": "DOUBT",
                    "reason": "over_24_months",
                }
            ],
            "source": {"reference": "Regulation (EC) 883/2004, Article 12", "verified": False},
        },
        {
            "id": "A-26",
            "kinds": ["pda1"],
            "stage": "situation",
            "applies": {"in": [{"var": "document.code"}, ["01", "03"]]},
            "cases": [
                {
                    "when": {"var": "answers.replaces_colleague"},
                    "outcome": "DOUBT",
                    "reason": "replaces",
                },
                {
                    "when": {"==": [{"var": "answers.replaces_colleague"}, None]},
                    "outcome": "ASK",
                    "reason": "not_answered",
                },
            ],
            "source": {"reference": "Regulation (EC) 883/2004, Article 12(1)", "verified": True},
        },
    ],
}


def _reasons(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"sentence": f"{name}.", "next": f"Do what {name} asks."} for name in names}


TEXTS: dict[str, Any] = {
    "en": {
        "questions": {"replaces_colleague": {"text": "Does this person replace a colleague?"}},
        "rules": {
            "A-01": {"question": "Is it signed?", "reasons": _reasons("bad_signature")},
            "A-05": {
                "question": "Is it withdrawn?",
                "reasons": _reasons("withdrawn", "status_unknown"),
            },
            "A-09": {
                "question": "Does the period cover the day?",
                "reasons": {
                    **_reasons("not_yet", "period_not_shown"),
                    "ended": {
                        "sentence": "It ended on {document.ends} in {situation.country}.",
                        "next": "Ask for a newer one.",
                        "compare": "Compare {document.number}.",
                    },
                },
            },
            "A-17": {"question": "At most 24 months?", "reasons": _reasons("over_24_months")},
            "A-26": {
                "question": "Nobody is replaced?",
                "reasons": _reasons("replaces", "not_answered"),
            },
        },
        "submission": _reasons(*SUBMISSION),
        "outcomes": {
            name: {"title": name.capitalize(), "sentence": "As it says."}
            for name in (
                "COVERED",
                "NOT_COVERED",
                "DOUBT",
                "CANNOT_DECIDE",
                "NOT_A_CREDENTIAL",
            )
        },
    }
}


def create_rules(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(RULES), **changes}
