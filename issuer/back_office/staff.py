"""The staff page: who works here in which role; and the page of who saw what."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from esspass.errors import MalformedError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import PasskeyStore, invitation_url, require_sign_in
from issuer.back_office import staff_texts as texts
from issuer.back_office.access import signed_in_member
from issuer.services import services
from issuer.staff import Role, UnknownMemberError

blueprint = require_sign_in(page_blueprint("staff", __name__))
_INVITATION_LIFETIME = 24 * 3600


@blueprint.get("/staff")
def index() -> str:
    """List everybody, page by page."""
    return _render_staff({})


def _render_staff(errors: dict[str, str]) -> str:
    config = services().config.staff_oidc
    return render_template(
        "back_office/staff.html", errors=errors, me=signed_in_member(), roles=texts.ROLES,
        page=services().staff.page(request.args.get("page", 1, type=int)),
        provider=config.issuer if config else "",
    )  # fmt: skip


@blueprint.post("/staff/invitations")
def invite() -> Response:
    """Make a link for a new colleague with the role chosen."""
    role = _chosen_role()
    if role is None:
        page = _render_staff({"role": gettext("Choose what your colleague may do")})
        return Response(page, 400, mimetype="text/html")
    store = PasskeyStore(services().database)
    token = store.add_invitation(role, now(), _INVITATION_LIFETIME)
    link = invitation_url(services().config.base_url, token)
    page = render_template("back_office/invitation.html", link=link, role=texts.ROLES[role][0])
    return Response(page, 201, mimetype="text/html")


@blueprint.post("/staff/<member_id>/role")
def give_role(member_id: str) -> Response:
    """Give somebody another role; it holds from the next page on."""
    role = _chosen_role()
    if role is None:
        raise MalformedError("there is no such role", code="bad_role")
    services().staff.give_role(member_id, role)
    flash(gettext("The new role holds from now on."), "success")
    return redirect(url_for("staff.index"), 303)


def _chosen_role() -> Role | None:
    text = request.form.get("role", "")
    return Role(text) if text in list(Role) else None


@blueprint.post("/staff/<member_id>/remove")
def remove(member_id: str) -> Response:
    """End somebody's access."""
    services().staff.remove(member_id, now())
    flash(gettext("The access is ended, everywhere and at once."), "success")
    return redirect(url_for("staff.index"), 303)


@blueprint.post("/staff/<member_id>/readmit")
def readmit(member_id: str) -> Response:
    """Let somebody whom the provider vouches for in again."""
    services().staff.readmit(member_id)
    flash(gettext("This person may sign in again."), "success")
    return redirect(url_for("staff.index"), 303)


@blueprint.get("/access-log")
def access_log() -> str:
    """Show who saw what: of everybody, of one member, or of one decision."""
    user_id, subject = request.args.get("member", ""), request.args.get("decision", "")
    number = request.args.get("page", 1, type=int)
    page = services().access_log.search(user_id=user_id, subject=subject, number=number)
    members = {member.id: member for member in services().staff.everybody()}
    if user_id and user_id not in members:
        raise UnknownMemberError
    return render_template(
        "back_office/access_log.html", page=page, members=members, member_id=user_id,
        subject=subject, texts=texts,
    )  # fmt: skip
