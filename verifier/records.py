"""What an inspector takes away from a case: report, case file, signed proof."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.case_export import create_export
from verifier.case_pages import case_rows
from verifier.cases import Case
from verifier.person_view import SOURCES, TITLES
from verifier.receipts import create_proof
from verifier.report import create_report, create_report_pdf
from verifier.service import Verifier


def create_records(verifier: Verifier) -> Blueprint:
    """Make the blueprint; every address needs a signed-in member of staff."""
    records = _Records(verifier)
    blueprint = page_blueprint("records", __name__)
    case = "/cases/<case_id>"
    for address, view in (
        (f"{case}/report.pdf", records.report_pdf),
        (f"{case}/report.json", records.report_json),
        (f"{case}/case-file.json", records.case_file),
        (f"{case}/persons/<person_id>/proof.json", records.proof),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view))
    return blueprint


@dataclass(frozen=True, slots=True)
class _Records:
    verifier: Verifier

    def report_json(self, case_id: str) -> Response:
        case = self._case(case_id)
        return _download(_write(self._report(case)), "application/json", "report.json")

    def report_pdf(self, case_id: str) -> Response:
        case = self._case(case_id)
        report = self._report(case)
        pdf = create_report_pdf(report, rows=case_rows(case), titles=TITLES, sources=SOURCES)
        return _download(pdf, "application/pdf", "report.pdf")

    def case_file(self, case_id: str) -> Response:
        case, casework = self._case(case_id), self.verifier.casework
        exported = create_export(
            case,
            casework.persons.of_case(case.id, now()),
            casework.judge.bundles,
            {"name": self.verifier.organization, "id": self.verifier.identifier},
            self.verifier.relying_party.access_signer,
            now(),
        )
        return _download(_write(exported), "application/json", "case-file.json")

    def proof(self, case_id: str, person_id: str) -> Response:
        case = self._case(case_id)
        person = self.verifier.casework.find_person(case, person_id, now())
        party = self.verifier.relying_party
        proof = create_proof(case, person, party.client_id, party.access_signer)
        salt = person.evidence["salt"] if person.evidence else None
        return _download(_write({"proof": proof, "salt": salt}), "application/json", "proof.json")

    def _report(self, case: Case) -> dict[str, Any]:
        casework = self.verifier.casework
        persons = casework.persons.of_case(case.id, now())
        rules = casework.judge.rule_set(now())
        return create_report(case, persons, rules, self.verifier.organization, now())

    def _case(self, case_id: str) -> Case:
        return self.verifier.casework.find(case_id, signed_in_user().id)


def _write(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
