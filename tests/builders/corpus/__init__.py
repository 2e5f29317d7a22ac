"""The cases of ``specs/corpus``: what is shown, and what a verifier must say to it.

Each case is named and argued; outcome and reasons are written by hand from the rule catalogue.
``scripts/corpus`` makes the files.
"""

from tests.builders.corpus import attacks, care, codes, lists, paper, statuses, work
from tests.builders.corpus.table import CASES, Case

__all__ = ["CASES", "Case", "attacks", "care", "codes", "lists", "paper", "statuses", "work"]
