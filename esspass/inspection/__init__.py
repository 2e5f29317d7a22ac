"""The checks of a document, and the verdict they make: what wallet and verifier share.

Formats do not know trust and trust does not know formats; here they meet. Each check names the
clause that demands it. Nothing here speaks to the network except ``StatusSource``.
"""

from esspass.inspection.checks import LOCAL, REMOTE, SIGNATURE
from esspass.inspection.evidence import Binding, Credential, Evidence
from esspass.inspection.inspect import CHECKS, inspect_issued, inspect_presentation
from esspass.inspection.names import NameMatch, match_names
from esspass.inspection.person import PERSON, PersonEvidence, match_person
from esspass.inspection.status import StatusAnswer, StatusSource, StatusUndecidedError

__all__ = [
    "CHECKS",
    "LOCAL",
    "PERSON",
    "REMOTE",
    "SIGNATURE",
    "Binding",
    "Credential",
    "Evidence",
    "NameMatch",
    "PersonEvidence",
    "StatusAnswer",
    "StatusSource",
    "StatusUndecidedError",
    "inspect_issued",
    "inspect_presentation",
    "match_names",
    "match_person",
]
