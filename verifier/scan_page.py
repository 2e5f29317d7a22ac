"""What the scan page carries: its words in one language, and the choices of the set-up."""

from __future__ import annotations

from typing import Any

from esspass.attestations.specification import pda1_states
from esspass.web.findings import CHECKS
from esspass.web.reason_texts import REASONS
from verifier.purposes import PURPOSES, Purpose
from verifier.scan_texts import PAGE_TEXTS

_SITUATIONS = {"pda1": "work", "ehic": "care"}
_USUAL_HOURS = 24


def create_page_data(locale: str, country: str, most_hours: int) -> dict[str, Any]:
    """Return texts and settings as JSON, in the current language, which must be ``locale``.

    ``country`` is the verifier's own, ``most_hours`` the longest that claims may be kept.
    """
    return {
        "texts": {key: str(text) for key, text in PAGE_TEXTS.items()},
        "reasons": {code: str(text) for code, text in REASONS.items()},
        "checks": {
            check: {"label": str(label), "passed": str(passed)}
            for check, (label, passed) in CHECKS.items()
        },
        "settings": {
            "kind": "work",
            "country": country,
            "countries": sorted(pda1_states()),
            "purposes": [_describe(purpose, locale) for purpose in PURPOSES],
            "keep_hours": min(_USUAL_HOURS, most_hours),
            "most_hours": most_hours,
        },
    }


def _describe(purpose: Purpose, locale: str) -> dict[str, str]:
    return {
        "id": purpose.id,
        "kind": _SITUATIONS[purpose.kind],
        "name": purpose.describe(locale),
        "legal_basis": purpose.describe_legal_basis(locale),
    }
