"""The checks of a document, the rules on top of them, and the outcome: what all roles share.

Formats do not know trust and trust does not know formats; here they meet. Two stages: *checks*,
each naming the clause that demands it, end in findings; *rules*, which are data, look at the facts
(findings, what was shown, what was said) and give the ruling. Nothing here speaks to the network
except ``StatusSource``.
"""

from esspass.inspection.checks import CHECKS, LOCAL, REMOTE, SIGNATURE
from esspass.inspection.evidence import Binding, Credential, Evidence, VcEvidence
from esspass.inspection.explain import Explanation, RuleExplanation, explain
from esspass.inspection.facts import create_facts, describe_document
from esspass.inspection.inspect import (
    inspect_bound,
    inspect_issued,
    inspect_paper,
    inspect_presentation,
)
from esspass.inspection.names import NameMatch, match_names
from esspass.inspection.person import PERSON, PersonEvidence, match_person
from esspass.inspection.rules import Ending, Question, Rule, RuleSet, parse_rule_set
from esspass.inspection.ruling import RuleResult, Ruling, create_ruling
from esspass.inspection.shown import ShownBinding, create_shown_digest
from esspass.inspection.situation import Situation, parse_answers, parse_situation
from esspass.inspection.status import (
    StatusAnswer,
    Statuses,
    StatusSnapshot,
    StatusSource,
    StatusUndecidedError,
)

__all__ = [
    "CHECKS",
    "LOCAL",
    "PERSON",
    "REMOTE",
    "SIGNATURE",
    "Binding",
    "Credential",
    "Ending",
    "Evidence",
    "Explanation",
    "NameMatch",
    "PersonEvidence",
    "Question",
    "Rule",
    "RuleExplanation",
    "RuleResult",
    "RuleSet",
    "Ruling",
    "ShownBinding",
    "Situation",
    "StatusAnswer",
    "StatusSnapshot",
    "StatusSource",
    "StatusUndecidedError",
    "Statuses",
    "VcEvidence",
    "create_facts",
    "create_ruling",
    "create_shown_digest",
    "describe_document",
    "explain",
    "inspect_bound",
    "inspect_issued",
    "inspect_paper",
    "inspect_presentation",
    "match_names",
    "match_person",
    "parse_answers",
    "parse_rule_set",
    "parse_situation",
]
