"""Errors of the API as ``application/problem+json``: a code, a sentence, the places at fault.

Values that were sent never come back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from apiflask.exceptions import HTTPError
from flask import Response, g
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as BaseResponse

from esspass.errors import (
    EsspassError,
    MalformedError,
    ProtocolError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.web.error_texts import HTTP_CODES
from issuer.loading.errors import RowError


class AnswersError(MalformedError):
    """Answers that their questions do not take; ``places`` say which and why."""

    code = "bad_answers"

    def __init__(self, places: list[dict[str, str]]) -> None:
        super().__init__("some answers are not what is asked for")
        self.places = places


_MAX_PLACE, _MAX_PLACES = 200, 50
MEDIA_TYPE = "application/problem+json"
_STATUSES: Mapping[str, int] = {
    "unknown_record": 404, "unknown_load": 404, "unknown_offer": 404, "unknown_case": 404,
    "unknown_task": 404, "wrong_state": 409, "wrong_stage": 409, "number_taken": 409,
    "other_person": 409, "offer_not_open": 409,
    "second_person_needed": 409, "not_allowed_now": 409, "case_closed": 409, "wrong_receiver": 409,
    "not_a_participant": 409, "receiver_not_ready": 409,
    "unknown_attachment": 404, "unknown_second_look": 404, "second_look_over": 409,
    "unknown_letter": 404, "unknown_document": 404, "unknown_doubt": 404, "unknown_stay": 404,
    "unknown_filing": 404, "filing_sent": 409, "not_for_workers": 409, "same_person": 409,
    "filing_decided": 409, "filing_unchanged": 409, "filing_split": 409, "unknown_draft": 404,
    "draft_changed": 409, "approver_needed": 403,
    "status_not_expressible": 409,
}  # fmt: skip
_CLASSES: Mapping[type[EsspassError], int] = {
    RowError: 422,
    AnswersError: 422,
    UnavailableError: 503,
    UndecidedError: 409,
    VerificationError: 422,
    MalformedError: 400,
    EsspassError: 500,
}


def answer_problem(error: EsspassError | HTTPException) -> BaseResponse:
    """Answer with what went wrong; ``code`` is stable."""
    if isinstance(error, HTTPException):
        status = error.code or 500
        code = HTTP_CODES.get(status, "bad_request" if status < 500 else "server_error")
        response = create_problem(status, code, HTTP_STATUS_CODES[status])
    else:
        response = create_problem(_status(error), error.code, str(error), _places(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    for name, value in getattr(error, "headers", {}).items():
        response.headers[name] = value
    return response


def answer_invalid(error: HTTPError) -> BaseResponse:
    """Answer to input that does not have its form, naming every place."""
    details = error.detail if isinstance(error.detail, dict) else {}
    places = [
        {"place": f"{location}.{name}".removesuffix("._schema")[:_MAX_PLACE], "reason": reason}
        for location, faults in details.items()
        for name, reasons in faults.items()
        for reason in reasons
    ]
    return create_problem(
        error.status_code, "bad_input", "the input does not have its form", places[:_MAX_PLACES]
    )


def create_problem(
    status: int, code: str, detail: str, places: list[dict[str, str]] | None = None
) -> Response:
    """Write a problem."""
    g.error_code = code
    body: dict[str, Any] = {
        "type": f"urn:esspass:problem:{code}",
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "code": code,
        "detail": detail,
    }
    if places:
        body["errors"] = places
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), status, headers, content_type=MEDIA_TYPE)


def _status(error: EsspassError) -> int:
    if isinstance(error, ProtocolError):
        return error.status
    if error.code in _STATUSES:
        return _STATUSES[error.code]
    return next(status for kind, status in _CLASSES.items() if isinstance(error, kind))


def _places(error: EsspassError) -> list[dict[str, str]]:
    if isinstance(error, AnswersError):
        return error.places[:_MAX_PLACES]
    if isinstance(error, RowError) and error.field:
        return [{"place": error.field, "reason": error.code}]
    return []
