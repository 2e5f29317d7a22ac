"""The proof that an A1 was applied for, as parts of a page; names are those of the credential."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from esspass.attestations import PDA1_APPLICATION, Application, write_claims
from esspass.attestations.describe import DescribedClaim, describe_claims
from esspass.documents.form import Box, Part, merge_equal
from esspass.documents.languages import Language


def create_application_parts(
    document: Application, languages: Sequence[Language]
) -> tuple[Part, ...]:
    """Fill in what was applied for, when, and who decides."""
    claims = write_claims(document, PDA1_APPLICATION)
    described = [describe_claims(PDA1_APPLICATION, claims, _.locale) for _ in languages]
    rows = zip(*described, strict=True)
    return tuple(
        Part(titles, tuple(map(_create_box, found)))
        for titles, found in groupby(rows, key=lambda row: tuple(claim.group for claim in row))
    )


def _create_box(row: tuple[DescribedClaim, ...]) -> Box:
    labels = tuple(claim.label for claim in row)
    return Box("", labels, merge_equal([claim.value for claim in row]))
