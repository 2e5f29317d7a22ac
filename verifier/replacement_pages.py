"""Replacement certificates over HTTP: the desk's page, the request, the delivery."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from esspass.errors import MalformedError, ProtocolError
from esspass.openid4vci.replacement import DELIVERY_TYPE, MEDIA_TYPE
from esspass.web import now, page_blueprint, protocol_blueprint
from esspass.web.passkeys import login_required, signed_in_user
from verifier.cases import Case
from verifier.replacement_desk import LIFETIME, MAX_DELIVERY, ReplacementDesk
from verifier.replacements import ReplacementRow


def create_replacement_pages(desk: ReplacementDesk, wallet_url: str | None) -> Blueprint:
    """Make the pages of the desk; ``wallet_url`` is the web wallet that the code leads to."""
    pages = _Pages(desk, wallet_url)
    blueprint = page_blueprint("replacement", __name__)
    for address, view, method in (
        ("/cases/<case_id>/replacement", pages.begin, "POST"),
        ("/replacement/<request_id>", pages.wait, "GET"),
        ("/replacement/<request_id>/state", pages.state, "GET"),
        ("/replacement/<request_id>/certificate.pdf", pages.pdf, "GET"),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view), methods=[method])
    return blueprint


def create_replacement_endpoints(desk: ReplacementDesk) -> Blueprint:
    """Make the endpoints for wallets and institutions: the request, and where to deliver."""
    blueprint = protocol_blueprint("delivery", __name__, cors=True, max_body=MAX_DELIVERY)

    @blueprint.get("/replacement/<request_id>/request")
    def fetch(request_id: str) -> Response:
        row = desk.find(request_id, now())
        if row.expires_at <= now() or row.delivered_at is not None:
            raise ProtocolError("this request is over", code="not_found", status=404)
        return Response(row.token, content_type=MEDIA_TYPE)

    @blueprint.post("/replacement/<request_id>/certificate")
    def deliver(request_id: str) -> Response:
        if request.mimetype != DELIVERY_TYPE:
            raise ProtocolError(f"the body must be {DELIVERY_TYPE}", status=415)
        body = request.get_data()
        if not body.isascii():
            raise MalformedError("not a compact JWE")
        desk.receive(request_id, body.decode("ascii"), now())
        return Response(status=204)

    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    desk: ReplacementDesk
    wallet_url: str | None

    def begin(self, case_id: str) -> Response:
        case = self.desk.casework.find(case_id, signed_in_user().id)
        row = self.desk.ask(case, now())
        return redirect(url_for("replacement.wait", request_id=row.id), 303)

    def wait(self, request_id: str) -> str | Response:
        row, case = self._own(request_id)
        if row.person_id is not None:
            where = url_for("cases.person", case_id=case.id, person_id=row.person_id)
            return redirect(where, 303)
        address = f"{self.desk.base_url}/replacement/{row.id}/request"
        link = (
            f"{self.wallet_url or 'openid4vp:'}/replacement?{urlencode({'request_uri': address})}"
        )
        return render_template(
            "verifier/replacement.html",
            case=case,
            row=row,
            link=link,
            web=self.wallet_url is not None,
            remaining=max(0, row.expires_at - now()),
            lifetime=LIFETIME,
        )

    def state(self, request_id: str) -> Response:
        row, _ = self._own(request_id)
        remaining = max(0, row.expires_at - now())
        over = row.person_id is not None or not remaining
        here = url_for("replacement.wait", request_id=row.id)
        return jsonify(stage="waiting", remaining=remaining, location=here if over else None)

    def pdf(self, request_id: str) -> Response:
        row, _ = self._own(request_id)
        if row.pdf is None:
            raise ProtocolError("the file is not kept", code="not_found", status=404)
        response = Response(base64.b64decode(row.pdf), mimetype="application/pdf")
        response.headers["Content-Disposition"] = 'attachment; filename="certificate.pdf"'
        return response

    def _own(self, request_id: str) -> tuple[ReplacementRow, Case]:
        row = self.desk.find(request_id, now())
        return row, self.desk.casework.find(row.case_id, signed_in_user().id)
