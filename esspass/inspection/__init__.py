"""The checks of a document, the rules on top of them, and the outcome: what all roles share.

Formats do not know trust and trust does not know formats; here they meet. Two stages: *checks*,
each naming the clause that demands it, end in findings; *rules*, which are data, look at the facts
(findings, what was shown, what was said) and give the ruling. Nothing here speaks to the network
except ``StatusSource``.
"""

from esspass.inspection.case_file import (
    CaseFile,
    create_case_entry,
    create_case_file,
    parse_case_file,
)
from esspass.inspection.checks import CHECKS, LOCAL, REMOTE, SIGNATURE
from esspass.inspection.decision import Decision, add_history, decide, rule
from esspass.inspection.evidence import Binding, Credential, Evidence, VcEvidence
from esspass.inspection.examination import create_unreadable_findings
from esspass.inspection.explain import Explanation, RuleExplanation, explain
from esspass.inspection.facts import create_facts, describe_document
from esspass.inspection.inspect import (
    inspect_bound,
    inspect_issued,
    inspect_paper,
    inspect_presentation,
)
from esspass.inspection.names import NameMatch, match_names, normalize_name
from esspass.inspection.offline import SourceCollector
from esspass.inspection.person import PERSON, PersonEvidence, match_person
from esspass.inspection.recomputation import CaseReport, PersonReport, verify_case_file
from esspass.inspection.rules import Ending, Question, Rule, RuleSet, parse_rule_set
from esspass.inspection.ruling import RuleResult, Ruling, create_ruling, parse_ruling
from esspass.inspection.shown import ShownBinding, create_shown_digest
from esspass.inspection.situation import Situation, parse_answers, parse_situation
from esspass.inspection.sources import Sources, create_sources, parse_sources, read_rule_set
from esspass.inspection.status import (
    StatusAnswer,
    Statuses,
    StatusSnapshot,
    StatusSource,
    StatusUndecidedError,
)
from esspass.inspection.submission import Submission, parse_submission

__all__ = [
    "CHECKS",
    "LOCAL",
    "PERSON",
    "REMOTE",
    "SIGNATURE",
    "Binding",
    "CaseFile",
    "CaseReport",
    "Credential",
    "Decision",
    "Ending",
    "Evidence",
    "Explanation",
    "NameMatch",
    "PersonEvidence",
    "PersonReport",
    "Question",
    "Rule",
    "RuleExplanation",
    "RuleResult",
    "RuleSet",
    "Ruling",
    "ShownBinding",
    "Situation",
    "SourceCollector",
    "Sources",
    "StatusAnswer",
    "StatusSnapshot",
    "StatusSource",
    "StatusUndecidedError",
    "Statuses",
    "Submission",
    "VcEvidence",
    "add_history",
    "create_case_entry",
    "create_case_file",
    "create_facts",
    "create_ruling",
    "create_shown_digest",
    "create_sources",
    "create_unreadable_findings",
    "decide",
    "describe_document",
    "explain",
    "inspect_bound",
    "inspect_issued",
    "inspect_paper",
    "inspect_presentation",
    "match_names",
    "match_person",
    "normalize_name",
    "parse_answers",
    "parse_case_file",
    "parse_rule_set",
    "parse_ruling",
    "parse_situation",
    "parse_sources",
    "parse_submission",
    "read_rule_set",
    "rule",
    "verify_case_file",
]
