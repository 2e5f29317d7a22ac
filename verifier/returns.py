"""The verifier's return of statistics: counted here, signed with its access key."""

from __future__ import annotations

from esspass.web.statistics import Counting
from verifier.enquiries import Enquiries
from verifier.service import Verifier
from verifier.statistics import Statistics


def create_counting(verifier: Verifier) -> Counting:
    """Return what counts; the return bears the name and country of the access certificate."""
    persons, enquiries = verifier.casework.persons, Enquiries(verifier.casework.persons.database)
    counts = Statistics(persons, enquiries, verifier.organization, verifier.country)
    return Counting(counts.count, verifier.relying_party.access_signer)
