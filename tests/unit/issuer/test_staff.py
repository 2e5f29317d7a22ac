"""Roles: who may call which page, who gives them, and that somebody always can."""

import re
import threading
from urllib.parse import urlsplit

import pytest

from esspass.storage import migrate
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User, create_first_invitation
from issuer import MIGRATIONS
from issuer.back_office.routes import ACCESS, OWN_ACCOUNT
from issuer.staff import (
    LastSupervisorError,
    RemovedError,
    Role,
    SignedIn,
    Staff,
    UnknownMemberError,
)
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.staffing import Colleague, hire, lines
from tests.unit.web.authenticator import SimulatedAuthenticator

CLERKS, ALL = {Role.SUPERVISOR, Role.APPROVER, Role.CLERK}, set(Role)


def user(name):
    return User(name, "staff", f"{name} Example", "salt")


@pytest.fixture
def staff(issuer_database):
    return Staff(issuer_database)


def test_the_first_is_supervisor_and_those_after_are_what_they_were_invited_as(staff):
    for name, invited_as in (("ona", "staff"), ("rasa", "staff"), ("jonas", "auditor")):
        staff.admit(user(name), invited_as, NOW)
    assert [member.role for member in staff.everybody()] == ["auditor", "supervisor", "clerk"]
    staff.admit(user("rasa"), "supervisor", NOW)
    assert staff.get("rasa").role is Role.CLERK


def test_somebody_who_is_only_a_user_is_admitted_as_clerk(staff):
    assert staff.member(user("ona"), NOW).role is Role.SUPERVISOR
    assert staff.member(user("rasa"), NOW).role is Role.CLERK


def test_staff_from_before_there_were_roles_keep_their_rights(database):
    before = {name: sql for name, sql in MIGRATIONS.items() if not name.startswith("issuer-staff")}
    migrate(database, before)
    PasskeyStore(database).add_user(user("ona"), NOW)
    PasskeyStore(database).add_user(user("rasa"), NOW)
    migrate(database, MIGRATIONS)
    roles = [member.role for member in Staff(database).everybody()]
    assert roles == [Role.SUPERVISOR, Role.SUPERVISOR]


def test_the_last_supervisor_stays(staff):
    staff.admit(user("ona"), "", NOW)
    staff.admit(user("rasa"), "clerk", NOW)
    with pytest.raises(LastSupervisorError):
        staff.give_role("ona", Role.CLERK)
    with pytest.raises(LastSupervisorError):
        staff.remove("ona", NOW)
    staff.give_role("rasa", Role.SUPERVISOR)
    staff.give_role("ona", Role.AUDITOR)
    with pytest.raises(LastSupervisorError):
        staff.remove("rasa", NOW)
    with pytest.raises(UnknownMemberError):
        staff.give_role("nobody", Role.CLERK)


def test_two_supervisors_who_remove_each_other_leave_one(staff):
    for _ in range(10):
        staff.database.execute("DELETE FROM staff")
        for name in ("ona", "rasa"):
            staff.admit(user(name), "supervisor", NOW)
        refused = []

        def remove(name, refused=refused):
            try:
                staff.remove(name, NOW)
            except LastSupervisorError:
                refused.append(name)

        threads = [threading.Thread(target=remove, args=(name,)) for name in ("ona", "rasa")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1


def test_removing_ends_passkeys_and_sessions(staff):
    passkeys, sessions = PasskeyStore(staff.database), ServerSessionStore(staff.database)
    staff.admit(user("ona"), "", NOW)
    staff.admit(user("rasa"), "clerk", NOW)
    passkeys.add_user(user("rasa"), NOW)
    token = sessions.create("rasa", now=NOW, lifetime=600)
    staff.remove("rasa", NOW)
    assert sessions.find(token, NOW) is None
    assert passkeys.find_user("rasa") is None
    assert staff.member(user("rasa"), NOW) is None
    with pytest.raises(UnknownMemberError):
        staff.readmit("rasa")


def test_a_provider_gives_the_role_at_each_sign_in(staff):
    staff.admit(user("ona"), "", NOW)
    came = SignedIn("https://op.example", "s1", "Rasa", Role.CLERK)
    member = staff.admit_signed_in(came, NOW)
    again = SignedIn("https://op.example", "s1", "Rasa Kaz.", Role.APPROVER)
    known = staff.admit_signed_in(again, NOW + 1)
    assert (known.id, known.name, known.role) == (member.id, "Rasa Kaz.", Role.APPROVER)
    with pytest.raises(UnknownMemberError):
        staff.give_role(member.id, Role.CLERK)
    staff.remove(member.id, NOW)
    with pytest.raises(RemovedError):
        staff.admit_signed_in(came, NOW)
    staff.readmit(member.id)
    assert staff.admit_signed_in(came, NOW).role is Role.CLERK
    other = staff.admit_signed_in(SignedIn("https://other.example", "s1", "X", Role.CLERK), NOW)
    assert other.id != member.id


def guarded_routes(app):
    """Routes that a stranger is sent away from to sign in."""
    stranger = app.test_client()
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            path = re.sub(r"<(?:[^:>]+:)?[^>]+>", "x", rule.rule)
            with stranger.session_transaction(base_url=ISSUER) as session:
                session["csrf"] = "csrf"
            form = {"csrf_token": "csrf"} if method == "POST" else None
            answer = stranger.open(path, method=method, data=form, base_url=ISSUER)
            if answer.headers.get("Location", "").startswith("/sign-in"):
                yield rule.endpoint, method, path


def test_every_route_of_the_back_office_has_a_role(office):
    found = {endpoint for endpoint, _, _ in guarded_routes(office.app)}
    open_to_all, closed_here = "passkeys.sign_out", "passkeys.invite"
    assert found - {open_to_all, closed_here} - OWN_ACCOUNT <= ACCESS.keys()
    assert found >= OWN_ACCOUNT


def test_each_role_reaches_what_the_table_says_and_nothing_else(office):
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    routes = [route for route in guarded_routes(office.app) if route[0] in ACCESS]
    for role, colleague in hire(office).items():
        for endpoint, method, path in routes:
            answer = colleague.get(path) if method == "GET" else colleague.post(path)
            allowed = role in ACCESS[endpoint].roles
            assert (answer.status_code != 403) == allowed, (role, endpoint, answer.status_code)


def test_an_auditor_only_reads(office):
    methods = {}
    for rule in office.app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    posted = {
        route
        for route, access in ACCESS.items()
        if Role.AUDITOR in access.roles and "POST" in methods.get(route, ())
    }
    searches = {"decisions.index", "cases.index", "incoming.index", "back_office_filings.index"}
    assert posted <= searches


def test_a_route_outside_the_table_is_closed(make_office):
    from esspass.web import page_blueprint
    from esspass.web.passkeys import require_sign_in

    office = make_office()
    blueprint = require_sign_in(page_blueprint("forgotten", __name__))
    blueprint.add_url_rule("/forgotten", view_func=lambda: "open")
    office.app.register_blueprint(blueprint)
    assert Colleague(office, "supervisor").get("/forgotten").status_code == 403


@pytest.mark.parametrize("role", Role)
def test_pages_leave_away_what_the_role_may_not(office, role):
    colleague = Colleague(office, role)
    page = colleague.get(f"/decisions/{office.records['builder', 'ehic']}").text
    assert ("Offer to the person" in page) == (role in CLERKS)
    assert ("Who saw this decision" in page) == (role in (Role.SUPERVISOR, Role.AUDITOR))
    ways = colleague.get("/statistics").text
    assert ('href="/staff"' in ways) == (role in (Role.SUPERVISOR, Role.AUDITOR))


def test_the_staff_page(office):
    people = hire(office)
    page = people[Role.SUPERVISOR].get("/staff")
    assert len(lines(page)) == 4
    assert sum("(you)" in line for line in lines(page)) == 1
    read = people[Role.AUDITOR].get("/staff")
    assert "End the access" not in read.text
    assert "Make an invitation link" not in read.text


def test_many_members_stand_on_several_pages(office):
    supervisor = Colleague(office, Role.SUPERVISOR)
    for place in range(24):
        Colleague(office, Role.CLERK, identifier=f"user-{place:02}")
    first, second = supervisor.get("/staff"), supervisor.get("/staff", page=2)
    assert [len(lines(first)), len(lines(second))] == [20, 5]
    assert "25 persons · page 1 of 2" in first.text
    assert 'rel="next" href="/staff?page=2"' in first.text
    assert lines(supervisor.get("/staff", page="nothing")) == lines(first)


def test_a_supervisor_gives_roles_and_they_hold_at_once(office):
    people = hire(office)
    clerk, supervisor = people[Role.CLERK], people[Role.SUPERVISOR]
    assert clerk.get("/staff").status_code == 403
    assert supervisor.post(f"/staff/{clerk.id}/role", role="auditor").status_code == 303
    assert clerk.get("/staff").status_code == 200
    assert clerk.get(f"/decisions/{office.records['builder', 'ehic']}/offer").status_code == 403
    assert supervisor.post(f"/staff/{clerk.id}/role", role="king").status_code == 400
    assert supervisor.post(f"/staff/{clerk.id}/remove").status_code == 303
    assert clerk.get("/decisions").headers["Location"].startswith("/sign-in")
    last = supervisor.post(f"/staff/{supervisor.id}/remove")
    assert last.status_code == 400
    assert "One supervisor must stay" in last.text


def test_an_invitation_without_a_role_is_refused(office):
    supervisor = Colleague(office, "supervisor")
    answer = supervisor.post("/staff/invitations")
    assert answer.status_code == 400
    assert "Choose what your colleague may do" in answer.text


def register_at(client, page="/sign-in", **who):
    """Make a passkey in this browser, as the page would; return the device and how to post."""
    device = SimulatedAuthenticator(ISSUER, urlsplit(ISSUER).hostname)
    shown = client.get(page, base_url=ISSUER).text
    headers = {"X-CSRF-Token": re.search(r'data-csrf="([^"]+)"', shown).group(1)}

    def post(path, body):
        return client.post(path, json=body, headers=headers, base_url=ISSUER)

    options = post("/passkeys/options", who).json
    done = post("/passkeys/new", {"credential": device.create(options), "label": "key"})
    assert done.status_code == 200, done.text
    return device, post


def register(office, link, name):
    """Redeem an invitation with a passkey; return the browser."""
    client, token = office.app.test_client(), link.rpartition("/")[2]
    register_at(client, f"/invitation/{token}", name=name, invitation=token)
    return client


def test_invited_with_a_role(office):
    store = PasskeyStore(office.services.database)
    first = register(office, create_first_invitation(store, ISSUER, NOW), "Ona")
    assert [m.role for m in office.services.staff.everybody()] == [Role.SUPERVISOR]
    csrf = re.search(r'"csrf_token" value="([^"]+)"', first.get("/staff", base_url=ISSUER).text)
    form = {"csrf_token": csrf.group(1), "role": "approver"}
    page = first.post("/staff/invitations", data=form, base_url=ISSUER)
    assert page.status_code == 201
    link = re.search(r'value="([^"]+/invitation/[^"]+)"', page.text).group(1)
    register(office, link, "Rasa")
    roles = {m.name: m.role for m in office.services.staff.everybody()}
    assert roles == {"Ona": Role.SUPERVISOR, "Rasa": Role.APPROVER}
    assert first.post("/invitations", data=form, base_url=ISSUER).status_code == 403
