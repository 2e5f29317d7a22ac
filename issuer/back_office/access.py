"""Which role may call which route of the back office, and on which ground; the rest is closed.

Every request of a signed-in person is held against the table here; a route that does not stand in
it is nobody's. What shows or changes a person's data is logged before it happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, g, request
from werkzeug.exceptions import Forbidden

from esspass.errors import VerificationError
from esspass.web import now
from esspass.web.passkeys import Duties, User, configure_duties, current_user
from issuer.access_log import Ground, subject_of
from issuer.services import Services, services
from issuer.staff import Member, Role

EVERYBODY = frozenset(Role)
WORK = frozenset({Role.SUPERVISOR, Role.APPROVER, Role.CLERK})
SECOND = frozenset({Role.SUPERVISOR, Role.APPROVER})
LEAD = frozenset({Role.SUPERVISOR})
OVERSIGHT = frozenset({Role.SUPERVISOR, Role.AUDITOR})


class ProviderSignsInError(VerificationError):
    """Who comes from an OpenID Provider has no passkey here: the provider could not end it."""

    code = "provider_signs_in"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route; without a ground it is their own account, and not logged."""

    roles: frozenset[Role]
    ground: Ground | None


def _routes(roles: frozenset[Role], ground: Ground | None, *names: str) -> dict[str, Access]:
    return dict.fromkeys(names, Access(roles, ground))


ACCESS: Mapping[str, Access] = {
    **_routes(
        EVERYBODY, Ground.DECISION,
        "decisions.index", "decisions.show",
        "back_office_renewals.index", "back_office_replacements.index", "second_looks.index",
    ),
    **_routes(
        WORK, Ground.DECISION,
        "decisions.hold", "decisions.suspend", "decisions.reinstate", "decisions.approve",
        "decisions.refuse", "withdrawal.form", "withdrawal.review", "withdrawal.confirm",
        "back_office_offers.new", "back_office_offers.create", "back_office_offers.show",
        "back_office_offers.cancel",
        "back_office_paper.form", "back_office_paper.pdf", "back_office_applications.acknowledge",
        "back_office_renewals.grant", "back_office_renewals.decline",
        "back_office_replacements.deliver", "second_looks.decline",
    ),
    **_routes(SECOND, Ground.DECISION, "second_looks.accept"),
    **_routes(
        EVERYBODY, Ground.EXCHANGE,
        "cases.index", "cases.show", "cases.tasks", "cases.attachment",
        "statistics.show", "statistics.as_csv", "statistics.as_json",
    ),
    **_routes(
        WORK, Ground.EXCHANGE,
        "cases.close", "cases.done", "case_forms.new", "case_forms.start", "case_forms.write",
    ),
    **_routes(LEAD, Ground.EXCHANGE, "statistics.signed"),
    **_routes(OVERSIGHT, Ground.ADMINISTRATION, "staff.index", "staff.access_log"),
    **_routes(
        LEAD, Ground.ADMINISTRATION,
        "staff.invite", "staff.give_role", "staff.remove", "staff.readmit",
    ),
    **_routes(
        EVERYBODY, None,
        "passkeys.manage", "passkeys.rename", "passkeys.remove", "passkeys.begin_confirmation",
        "passkeys.finish_confirmation",
    ),
}  # fmt: skip


def configure_access(app: Flask, given: Services) -> None:
    """Hold the app's staff to the table, and let templates ask ``may(route)``."""
    configure_duties(app, Duties(given.staff.admit, authorize))
    app.jinja_env.globals.update(may=may, current_member=current_member)


def authorize(user: User) -> None:
    """Let a signed-in user go on, and log it. Raises Forbidden, ProviderSignsInError."""
    member, route = _member(user), request.endpoint or ""
    access = ACCESS.get(route)
    if member is None or access is None or member.role not in access.roles:
        raise Forbidden
    if access.ground is None:
        if member.provider:
            raise ProviderSignsInError
        return
    auditing = member.role is Role.AUDITOR
    services().access_log.add(
        member, route, subject_of(request.view_args or {}),
        Ground.OVERSIGHT if auditing else access.ground, now(),
    )  # fmt: skip


def current_member() -> Member | None:
    """Return who of the staff is signed in, or None."""
    user = current_user()
    return _member(user) if user else None


def _member(user: User) -> Member | None:
    if "member" not in g:
        g.member = services().staff.member(user, now())
    return cast("Member | None", g.member)


def signed_in_member() -> Member:
    """Return who of the staff is signed in. Raises Forbidden when nobody is."""
    member = current_member()
    if member is None:
        raise Forbidden
    return member


def may(route: str) -> bool:
    """Say whether who is signed in may call a route; pages leave the others' buttons away."""
    member, access = current_member(), ACCESS.get(route)
    return member is not None and access is not None and member.role in access.roles


def refuse_passkey_of_provider(user_id: str, _secret: bytes | None) -> None:
    """End a sign-in with a passkey of somebody whose provider signs in. For ``on_sign_in``."""
    if services().staff.get(user_id).provider:
        raise ProviderSignsInError
