"""Replacement certificates: the desk's request, the person's PID, the push; and the attacks."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, request

from esspass.attestations import EHIC, Ehic, create_record
from esspass.cwt import parse_cwt, read_core, verify_cwt
from esspass.documents import seal_anchors, verify_seal
from esspass.errors import ExpiredError, MalformedError, SignatureError, VerificationError
from esspass.jose.jwe import create_encryption_key
from esspass.keys.certificates import create_authority, create_signer, issue_certificate
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci.replacement import (
    DELIVERY_TYPE,
    ReplacementDelivery,
    ReplacementRequest,
    certificate_hosts,
    create_delivery,
    create_replacement_request,
    open_delivery,
    verify_replacement_request,
)
from esspass.qr import read_qr_text
from esspass.sdjwt import create_key_binding, create_presentation
from issuer.replacing import DAILY_LIMIT, MAX_PRESENTATION, Reason
from issuer.services import create_services
from tests.builders.issuance import ISSUER, NOW, flip_signature, spoil
from tests.simulators.server import LoopbackServer
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.test_back_office import Clerk
from tests.unit.issuer.test_sign_in import create_pid

TODAY = datetime.fromtimestamp(NOW, UTC).date()
NEEDED = [("family_name",), ("given_name",), ("birthdate",), ("personal_administrative_number",)]


class Desk:
    """A care provider's desk: its access key, and the address where certificates arrive."""

    def __init__(self, world, url, name="Clinica Exemplu Brașov"):
        self.url, self.name, self.received, self.status = url, name, [], 204
        authority = world.bodies["access"].issuance
        self.signer = create_signer(authority, name, "RO", "access", NOW - 86400, url)
        self.key = create_encryption_key()
        self.app = Flask("desk")
        self.app.post("/replacement/<jti>/certificate")(self.receive)

    def receive(self, jti):
        assert request.mimetype == DELIVERY_TYPE
        if self.status == 204:
            self.received.append((jti, request.get_data().decode()))
        return "", self.status

    def request(self, **changes):
        jti = secrets.token_urlsafe(16)
        settings = {
            "iss": self.url, "jti": jti, "issued_at": NOW, "expires_at": NOW + 900,
            "desk_name": self.name, "country": "RO", "treatment_from": TODAY,
            "treatment_until": TODAY + timedelta(days=3),
            "deliver_uri": f"{self.url}/replacement/{jti}/certificate",
            "jwk": self.key.public_jwk(), **changes,
        }  # fmt: skip
        return ReplacementRequest(**settings)

    def token(self, **changes):
        asked = self.request(**changes)
        return create_replacement_request(asked, self.signer), asked


@pytest.fixture
def desk(world):
    server = LoopbackServer()
    desk = Desk(world, server.url)
    with server.serving(desk.app):
        yield desk


@pytest.fixture
def clinic_office(issuer_database, world, keys, people):
    """On every kind of database."""
    return Office(issuer_database, world, keys, people, allow_loopback=True)


@pytest.fixture
def local_office(make_office):
    return make_office(allow_loopback=True)


def pid_of(office, person, nonce, audience=ISSUER, **changes):
    """The PID of a citizen, presented for ``nonce``."""
    holder = KeySigner(create_key())
    shown = create_presentation(create_pid(office.world, holder, person.pid, **changes), NEEDED)
    now = office.clock[0]
    return create_key_binding(shown, holder, nonce=nonce, audience=audience, now=now)


def post(office, token, presentation):
    body = {"request": token, "presentation": presentation}
    client = office.app.test_client()
    return client.post("/replacement-certificates", json=body, base_url=ISSUER)


def ask(office, desk, person, **changes):
    token, asked = desk.token(**changes)
    return post(office, token, pid_of(office, person, asked.jti)), asked


def refused(answer, reason, status=200):
    assert answer.status_code == status, answer.text
    assert answer.json["result"] == "refused"
    assert answer.json["reason"] == reason
    assert set(answer.json["sentence"]) == {"en", "lt", "el", "ro"}
    return True


def nothing_happened(office, desk):
    tables = ("replacements", "deliveries", "status_entries")
    rows = [office.services.database.query(f"SELECT * FROM {table}") for table in tables]
    return not any(rows) and not desk.received


# the whole way


def test_the_certificate_reaches_the_desk_and_only_it_can_read_it(clinic_office, desk, people):
    answer, asked = ask(clinic_office, desk, people["builder"])
    assert answer.status_code == 200, answer.text
    assert (answer.json["result"], answer.json["reason"]) == ("sent", "sent")
    ((jti, body),) = desk.received
    assert jti == asked.jti
    with pytest.raises(VerificationError):
        open_delivery(body, create_encryption_key(), asked.jti)
    delivery = open_delivery(body, desk.key, asked.jti)
    cwt = verify_cwt(
        parse_cwt(read_qr_text(delivery.certificate).paper),
        clinic_office.services.keys.seal.public_key,
    )
    vct, claims = read_core(cwt.core)
    person = people["builder"].person
    assert vct == EHIC
    assert claims["family_name"] == person.surnames
    assert claims["starting_date"] == asked.treatment_from.isoformat()
    assert claims["ending_date"] == asked.treatment_until.isoformat()
    anchors = seal_anchors(clinic_office.view)
    assert verify_seal(delivery.pdf, anchors, NOW).organization == "Example Social Insurance Fund"
    assert cwt.status.uri == f"{ISSUER}/status/1"


def test_a_withdrawn_card_takes_its_certificates_with_it(local_office, desk, people):
    _, asked = ask(local_office, desk, people["builder"])
    delivery = open_delivery(desk.received[0][1], desk.key, asked.jti)
    index = parse_cwt(read_qr_text(delivery.certificate).paper).status.index
    record_id = local_office.records["builder", "ehic"]
    local_office.issuer.withdraw(record_id, "ended_early", TODAY, NOW)
    assert local_office.services.issuer.status_lists.read(1).get(index) == 1


def test_the_same_request_again_gets_the_same_answer_and_one_certificate(
    clinic_office, desk, people
):
    token, asked = desk.token()
    for _ in range(3):
        answer = post(clinic_office, token, pid_of(clinic_office, people["builder"], asked.jti))
        assert answer.json["result"] == "sent"
    assert len(desk.received) == 1


def test_in_parallel_one_certificate_is_sent(clinic_office, desk, people):
    token, asked = desk.token()
    shown = [pid_of(clinic_office, people["builder"], asked.jti) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pid: post(clinic_office, token, pid).json, shown))
    assert "sent" in [answer["result"] for answer in answers]
    assert {answer["reason"] for answer in answers} <= {
        "sent",
        "delivery_pending",
        Reason.UNDECIDED,
    }
    assert len(desk.received) == 1
    rows = clinic_office.services.database.query("SELECT * FROM replacements")
    assert len(rows) == 1


def test_what_cannot_be_delivered_survives_and_is_sent_once(clinic_office, desk, people):
    desk.status = 503
    answer, asked = ask(clinic_office, desk, people["builder"])
    assert (answer.status_code, answer.json["reason"]) == (202, "delivery_pending")
    stored = str(clinic_office.services.database.query("SELECT * FROM deliveries"))
    assert people["builder"].person.surnames not in stored
    assert people["builder"].person.pin not in stored
    desk.status = 204
    office = create_services(  # another process, after a kill
        clinic_office.config, clinic_office.services.database,
        view=lambda _now: clinic_office.view, keys=clinic_office.services.keys,
    ).replacing  # fmt: skip
    assert office.deliver_due(NOW + 5) == 0  # somebody may still be trying
    assert office.deliver_due(NOW + 31) == 1
    assert office.deliver_due(NOW + 62) == 0
    assert [jti for jti, _ in desk.received] == [asked.jti]
    assert clinic_office.services.database.query("SELECT body FROM deliveries")[0]["body"] == ""


def test_after_the_request_ended_nothing_is_sent_and_the_content_goes(local_office, desk, people):
    desk.status = 503
    ask(local_office, desk, people["builder"])
    desk.status = 204
    assert local_office.services.replacing.deliver_due(NOW + 901) == 0
    local_office.services.housekeeping.purge(NOW + 901)
    assert local_office.services.database.query("SELECT body FROM deliveries")[0]["body"] == ""
    assert desk.received == []


# refusals: the person learns them, the desk nothing


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (TODAY, TODAY + timedelta(days=300)),
        (TODAY - timedelta(days=120), TODAY),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
    ],
)
def test_days_the_card_does_not_cover(local_office, desk, people, begins, ends):
    card = next(d for d in people["pensioner"].documents if isinstance(d, Ehic))
    database = local_office.services.database
    record = local_office.issuer.records.get(local_office.records["pensioner", "ehic"])
    shorter = replace(card, ends=TODAY + timedelta(days=200))
    database.execute(
        "UPDATE records SET document = :document WHERE id = :id",
        document=json.dumps(create_record(shorter)), id=record.id,
    )  # fmt: skip
    answer, _ = ask(
        local_office, desk, people["pensioner"], treatment_from=begins, treatment_until=ends
    )
    assert refused(answer, "not_entitled")
    assert nothing_happened(local_office, desk)


@pytest.mark.parametrize("end", ["withdraw", "hold"])
def test_a_card_that_is_not_in_force(local_office, desk, people, end):
    record_id = local_office.records["builder", "ehic"]
    if end == "withdraw":
        local_office.issuer.withdraw(record_id, "ended_early", TODAY, NOW)
    else:
        local_office.issuer.hold(record_id, NOW)
    answer, _ = ask(local_office, desk, people["builder"])
    assert refused(answer, "not_entitled")
    assert nothing_happened(local_office, desk)


def test_who_has_no_card_or_only_a_child_s(local_office, desk, people):
    for key in ("driver", "parent"):
        answer, _ = ask(local_office, desk, people[key])
        assert refused(answer, "not_entitled")
    assert nothing_happened(local_office, desk)


def test_a_few_per_person_and_day(clinic_office, desk, people):
    for _ in range(DAILY_LIMIT):
        assert ask(clinic_office, desk, people["builder"])[0].json["result"] == "sent"
    assert refused(ask(clinic_office, desk, people["builder"])[0], "too_many")
    assert ask(clinic_office, desk, people["pensioner"])[0].json["result"] == "sent"
    assert len(desk.received) == DAILY_LIMIT + 1


# attacks


def test_a_forged_desk(local_office, desk, world, people):
    token, asked = desk.token()
    pid = pid_of(local_office, people["builder"], asked.jti)
    assert refused(post(local_office, flip_signature(token), pid), "request_forged")
    stranger = Desk(world, desk.url)
    forged = spoil(token, stranger.signer)  # the desk's certificate, somebody else's signature
    assert refused(post(local_office, forged, pid), "request_forged")
    assert nothing_happened(local_office, desk)


def test_km_02_a_desk_that_is_not_listed(local_office, desk, people):
    authority = create_authority("Stranger", "RO", "Stranger CA", NOW - 86400)
    desk.signer = create_signer(authority, desk.name, "RO", "access", NOW - 86400, desk.url)
    answer, _ = ask(local_office, desk, people["builder"])
    assert refused(answer, "desk_not_listed")
    assert nothing_happened(local_office, desk)


def test_an_issuer_s_own_certificate_is_no_desk_s(local_office, desk, world, people):
    body = world.bodies["fund"]
    desk.signer = create_signer(body.issuance, body.name, "LT", "a", NOW - 86400, desk.url)
    assert refused(ask(local_office, desk, people["builder"])[0], "desk_not_listed")


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:1/x", "https://attacker.example/x", "http://localhost.attacker.example/"],
)
def test_a_certificate_goes_to_no_other_host(local_office, desk, people, uri):
    answer, _ = ask(local_office, desk, people["builder"], deliver_uri=uri)
    assert refused(answer, "deliver_uri_elsewhere")
    assert nothing_happened(local_office, desk)


def test_a_certificate_without_address_names_no_host(local_office, desk, world, people):
    authority = world.bodies["access"].issuance
    desk.signer = create_signer(authority, desk.name, "RO", "access", NOW - 86400)
    assert refused(ask(local_office, desk, people["builder"])[0], "deliver_uri_elsewhere")


def test_without_loopback_the_fetcher_refuses_the_address(office, desk, people):
    answer, _ = ask(office, desk, people["builder"])
    assert (answer.status_code, answer.json["reason"]) == (202, "delivery_pending")
    assert desk.received == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issued_at": NOW - 2000, "expires_at": NOW - 61}, "request_expired"),
        ({"issued_at": NOW + 120, "expires_at": NOW + 300}, "request_expired"),
        ({"expires_at": NOW + 90000}, "request_malformed"),
        ({"jti": "short"}, "request_malformed"),
        ({"country": "Romania"}, "request_malformed"),
        ({"desk_name": "x" * 201}, "request_malformed"),
        ({"treatment_until": TODAY - timedelta(days=1)}, "request_malformed"),
        ({"treatment_until": TODAY + timedelta(days=400)}, "request_malformed"),
        ({"deliver_uri": "file:///etc/passwd"}, "request_malformed"),
        ({"deliver_uri": "https://user:secret@localhost/"}, "request_malformed"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "request_malformed"),
    ],
)
def test_requests_that_are_expired_or_malformed(local_office, desk, people, changes, reason):
    token, asked = desk.token(**changes)
    pid = pid_of(local_office, people["builder"], asked.jti)
    assert refused(post(local_office, token, pid), reason)
    assert nothing_happened(local_office, desk)


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": None}, {"x5c": None}, {"x5c": []}, {"crit": ["x"]}]
)
def test_other_headers(local_office, desk, people, header):
    token, asked = desk.token()
    pid = pid_of(local_office, people["builder"], asked.jti)
    answer = post(local_office, spoil(token, desk.signer, header), pid)
    assert answer.json["result"] == "refused"
    assert nothing_happened(local_office, desk)


def test_the_pid_of_another_person_gets_no_second_certificate(clinic_office, desk, people):
    token, asked = desk.token()
    first = post(clinic_office, token, pid_of(clinic_office, people["builder"], asked.jti))
    assert first.json["result"] == "sent"
    second = post(clinic_office, token, pid_of(clinic_office, people["pensioner"], asked.jti))
    assert refused(second, "request_used")
    assert len(desk.received) == 1


def test_who_is_not_in_the_register(local_office, desk, people):
    citizen = people["builder"]
    other = replace(citizen.pid, person=replace(citizen.pid.person, pin="39001010077"))
    answer, _ = ask(local_office, desk, replace(citizen, pid=other))
    assert refused(answer, "no_match")


def test_replayed_pids(local_office, desk, people):
    token, asked = desk.token()
    _, other = desk.token()
    builder = people["builder"]
    for shown in (
        pid_of(local_office, builder, other.jti),
        pid_of(local_office, builder, asked.jti, audience="https://another.example"),
        pid_of(local_office, builder, asked.jti).rpartition("~")[0] + "~",
        pid_of(local_office, builder, asked.jti, issued_at=NOW - 9000, expires_at=NOW - 3600),
        flip_signature(pid_of(local_office, builder, asked.jti)),
        "not a presentation",
        "",
    ):
        assert refused(post(local_office, token, shown), "identity_not_confirmed")
    assert nothing_happened(local_office, desk)


def test_a_pid_of_an_unlisted_provider(local_office, desk, world, people):
    token, asked = desk.token()
    signer = world.bodies["fund"].attestation_signer
    shown = pid_of(local_office, people["builder"], asked.jti, signer=signer)
    assert post(local_office, token, shown).json["result"] == "refused"
    assert nothing_happened(local_office, desk)


@pytest.mark.parametrize(
    "body",
    [{}, {"request": "x"}, {"presentation": "x"}, {"request": 7, "presentation": "x"}, [], "x"],
)
def test_bodies_of_another_form(local_office, body):
    client = local_office.app.test_client()
    answer = client.post("/replacement-certificates", json=body, base_url=ISSUER)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_replacement_request")


def test_oversized(local_office, desk, people):
    token, asked = desk.token()
    client = local_office.app.test_client()
    huge = {"request": token, "presentation": "x" * 200_000}
    answer = client.post("/replacement-certificates", json=huge, base_url=ISSUER)
    assert answer.status_code == 413
    long = post(local_office, token, "x" * (MAX_PRESENTATION + 1))
    assert refused(long, "identity_not_confirmed")
    padded, _ = desk.token(desk_name="Ž" * 200)
    assert len(padded) < 32 * 1024
    pid = pid_of(local_office, people["builder"], asked.jti)
    assert refused(post(local_office, "a" * 40_000, pid), "request_malformed")


def test_an_institution_without_a_seal_gives_none(sqlite_database, world, keys, people):
    office = Office(sqlite_database, world, replace(keys, seal=None), people)
    assert post(office, "x", "y").status_code == 404
    assert "esspass_replacement_endpoint" not in office.services.publication.issuer_metadata


def test_stale_lists_decide_nothing(local_office, desk, people):
    local_office.clock[0] += 40 * 86400
    token, asked = desk.token(
        issued_at=local_office.clock[0], expires_at=local_office.clock[0] + 600
    )
    pid = pid_of(local_office, people["builder"], asked.jti)
    assert refused(post(local_office, token, pid), "cannot_check_now", 503)
    assert nothing_happened(local_office, desk)


# the back office


def test_the_list_of_certificates(local_office, desk, people):
    clerk = Clerk(local_office)
    assert "No certificates yet" in clerk.get("/replacements").text
    desk.status = 503
    ask(local_office, desk, people["builder"])
    page = clerk.get("/replacements")
    assert people["builder"].person.surnames in page.text
    assert "Clinica Exemplu Brașov" in page.text
    assert "Romania" in page.text
    assert "Not delivered yet" in page.text
    desk.status = 204
    local_office.clock[0] += 31
    assert clerk.post("/replacements/deliver", page).status_code == 303
    shown = clerk.get("/replacements").text
    assert "1 certificate was delivered." in shown
    assert "Not delivered yet" not in shown
    record_id = local_office.records["builder", "ehic"]
    assert "Replacement certificate sent" in clerk.get(f"/decisions/{record_id}").text


def test_what_waits_is_tried_while_wallets_ask(local_office, desk, people):
    desk.status = 503
    ask(local_office, desk, people["builder"])
    wallet = local_office.ready("pensioner")
    desk.status = 204
    local_office.clock[0] += 31
    assert wallet.read("/notices").json == {"notices": []}
    assert len(desk.received) == 1


# the messages


def test_the_request_reads_back(world):
    desk = Desk(world, "https://clinic.example")
    token, asked = desk.token()
    verified = verify_replacement_request(token, NOW)
    assert verified.request == asked
    assert verified.chain[0] == desk.signer.certificates[0]
    borrowed, _ = desk.token(desk_name="Another hospital")
    assert verify_replacement_request(borrowed, NOW).organization == desk.name


def test_hosts_of_a_certificate(world):
    authority = world.bodies["access"].issuance
    key = create_key()
    named = issue_certificate(
        authority, key.public_key(), "Clinic", "RO", "a", NOW, dns_names=["Clinic.Example"]
    )
    assert certificate_hosts(named) == {"clinic.example"}
    web = create_signer(authority, "Clinic", "RO", "a", NOW, "https://desk.example:8443/x")
    assert certificate_hosts(web.certificates[0]) == {"desk.example"}
    bare = create_signer(authority, "Clinic", "RO", "a", NOW)
    assert certificate_hosts(bare.certificates[0]) == frozenset()


def test_a_delivery_for_another_request(world):
    desk = Desk(world, "https://clinic.example")
    asked = desk.request()
    token = create_delivery(ReplacementDelivery("ESD1:X", b"%PDF"), asked)
    assert open_delivery(token, desk.key, asked.jti) == ReplacementDelivery("ESD1:X", b"%PDF")
    with pytest.raises(VerificationError):
        open_delivery(token, desk.key, "another")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda t, _d: flip_signature(t), SignatureError),
        (lambda t, d: spoil(t, d.signer, exp=NOW - 100), ExpiredError),
        (lambda t, d: spoil(t, d.signer, jti=None), MalformedError),
        (lambda t, d: spoil(t, d.signer, treatment_from="2026-9-1"), MalformedError),
        (lambda t, d: spoil(t, d.signer, exp=True), MalformedError),
        (lambda _t, _d: "x" * 50_000, MalformedError),
    ],
)
def test_requests_spoiled(world, change, error):
    desk = Desk(world, "https://clinic.example")
    token, _ = desk.token()
    with pytest.raises(error):
        verify_replacement_request(change(token, desk), NOW)
