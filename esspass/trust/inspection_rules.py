"""The signed rules of inspection: which version is in force, and that nobody changed it.

To trust they are content: what they mean is for ``esspass.inspection`` to check.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.keys.signer import Signer
from esspass.trust.statement import Statement, sign_statement, verify_statement

RULES_TYP = "inspection-rules+jwt"
_CONTENT = frozenset({"rules", "texts"})


@dataclass(frozen=True, slots=True)
class InspectionRules(Statement):
    """One issue of the rules: ``rules.json``, and the texts by locale."""

    rules: Mapping[str, Any] = field(default_factory=dict, repr=False)
    texts: Mapping[str, Any] = field(default_factory=dict, repr=False)


def sign_rules(rules: InspectionRules, signer: Signer, now: int) -> str:
    """Sign an issue; ``digest`` and ``signer`` of the argument are not used."""
    content = {"rules": rules.rules, "texts": rules.texts}
    return sign_statement(rules, RULES_TYP, content, signer, now)


def verify_rules(token: str, anchors: Sequence[x509.Certificate], now: int) -> InspectionRules:
    """Verify rules signed by one of ``anchors``. Raises as ``verify_list`` does."""
    statement, content = verify_statement(token, RULES_TYP, _CONTENT, anchors, now)
    if not all(isinstance(member, dict) for member in content.values()):
        raise MalformedError("the signed rules hold no rules")
    return InspectionRules(**asdict(statement), **content)


def read_rules() -> dict[str, Any]:
    """Return the rules and texts of ``specs/inspection``, as they would be signed."""
    folder = files("specs").joinpath("inspection")
    texts = {
        entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.joinpath("texts").iterdir(), key=lambda each: each.name)
        if entry.name.endswith(".json")
    }
    rules = json.loads(folder.joinpath("rules.json").read_text(encoding="utf-8"))
    return {"rules": rules, "texts": texts}
