"""Every tampering is refused at the real endpoint, and told to the inspector."""

import json
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.jose.jwe import encrypt_jwe
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vp.response import create_error_response, create_response
from esspass.openid4vp.verifier_info import find_over_asking
from esspass.sdjwt import create_key_binding, create_presentation
from esspass.verdict import Outcome
from tests.builders.lists import DAY, create_body
from tests.builders.presentations import (
    FUND_LIST,
    PERSON,
    create_a1,
    create_ehic,
    create_pid,
)
from verifier.service import Wish

DOCUMENTS = {
    "a1": lambda world: world.issue(create_a1(), PDA1_WEBUILD),
    "a1_flat": lambda world: world.issue(create_a1(person=None), PDA1_EUDI),
    "ehic": lambda world: world.issue(create_ehic(), EHIC),
}


def holdings(world, document="a1", **others):
    credentials = {
        document: DOCUMENTS[document](world),
        "pid": world.issue(create_pid(), PID, index=8),
        **others,
    }
    return world.wallet(**credentials)


def ask(stage, kind="pda1", with_pid=True):
    started = stage.verifier.start(kind, now=stage.now, with_pid=with_pid)
    return started, stage.read_request(started.link)


def conclusion(stage, started):
    result = stage.verifier.result(started.id, stage.now)
    assert result.conclusion is not None
    return result.conclusion


def failures(stage, started):
    found = conclusion(stage, started).findings
    return {f.check: f.reason for f in found if f.outcome is Outcome.FAILED}


@pytest.mark.parametrize(
    ("kind", "document", "asked"),
    [
        ("pda1", "a1", {"a1", "pid"}),
        ("pda1", "a1_flat", {"a1_flat", "pid_number"}),
        ("ehic", "ehic", {"ehic", "pid_number"}),
    ],
)
def test_a_good_answer_passes(stage, kind, document, asked):
    started, request = ask(stage, kind)
    wallet = holdings(stage.world, document)
    vp_token = wallet.present(request, stage.now)
    assert set(vp_token) == asked
    answer = stage.answer(request, create_response(vp_token, request))
    assert answer.status_code == 200
    assert set(answer.json) == {"verification_receipt"}
    found = conclusion(stage, started)
    assert found.outcome is Outcome.PASSED
    assert found.person.parameters
    assert all(document.excess == () for document in found.documents)


@pytest.mark.parametrize(("kind", "document"), [("pda1", "a1"), ("ehic", "ehic")])
def test_without_identity_data(stage, kind, document):
    started, request = ask(stage, kind, with_pid=False)
    vp_token = holdings(stage.world, document).present(request, stage.now)
    assert set(vp_token) == {document}
    stage.answer(request, create_response(vp_token, request))
    assert conclusion(stage, started).outcome is Outcome.PASSED
    assert conclusion(stage, started).person is None


def test_an_a1_without_places_is_still_answered(stage):
    text = stage.world.issue(
        create_a1(), PDA1_WEBUILD, claims={"placesOfWork": ..., "employmentSituations": ...}
    )
    started, request = ask(stage)
    vp_token = holdings(stage.world, a1=text).present(request, stage.now)
    stage.answer(request, create_response(vp_token, request))
    assert failures(stage, started) == {}


def test_the_request_says_who_asks_why_and_asks_within_its_registration(stage):
    _, request = ask(stage)
    assert request.verifier_name == "Labour Inspectorate"
    assert set(request.purpose) == {"en", "lt", "el", "ro"}
    assert find_over_asking(request.dcql_query, request.dataset) == ()


def unbound(world, request, **changes):
    """An A1 presentation bound with something else than this request says."""
    credential = changes.pop("credential", None) or world.issue(create_a1(), PDA1_WEBUILD)
    text = create_presentation(credential, _wanted(request, "a1"))
    binding = {"nonce": request.nonce, "audience": request.client_id, "now": world.now}
    holder = changes.pop("holder", world.holder)
    return create_key_binding(text, holder, **{**binding, **changes})


def _wanted(request, query_id):
    return [claim.path for claim in request.dcql_query.credential(query_id).claims]


def _flip(text):
    """The issuer's signature with its first character changed."""
    head, payload, rest = text.split(".", 2)
    return f"{head}.{payload}.{'B' if rest[0] == 'A' else 'A'}{rest[1:]}"


def _flip_binding(text):
    body, _, signature = text.rpartition(".")
    return f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _slip_in_disclosure(world, request):
    """The holder's own further disclosure, added after the key binding was made."""
    bound = unbound(world, request, credential=(text := world.issue(create_a1(), PDA1_WEBUILD)))
    hidden = next(each for each in text.split("~")[1:-1] if each not in bound)
    body, _, binding = bound.rpartition("~")
    return f"{body}~{hidden}~{binding}"


def _add_unreferenced(world, request):
    """Another credential's disclosure, covered by the key binding."""
    text = create_presentation(world.issue(create_a1(), PDA1_WEBUILD), _wanted(request, "a1"))
    other = world.issue(create_a1(), PDA1_WEBUILD).split("~")[1]
    return create_key_binding(
        f"{text}{other}~",
        world.holder,
        nonce=request.nonce,
        audience=request.client_id,
        now=world.now,
    )


def _hide_all(world, request):
    """The right document with the asked claims left out."""
    return create_key_binding(
        create_presentation(world.issue(create_a1(), PDA1_WEBUILD), ()), world.holder,
        nonce=request.nonce, audience=request.client_id, now=world.now,
    )  # fmt: skip


def _other_type(world, request):
    return create_key_binding(
        world.issue(create_pid(), PID), world.holder,
        nonce=request.nonce, audience=request.client_id, now=world.now,
    )  # fmt: skip


TAMPERED = [
    pytest.param(lambda w, r: unbound(w, r, nonce="m" * 32), {"holder_binding": "kb_nonce"}, id="VP-19-nonce"),
    pytest.param(lambda w, r: unbound(w, r, audience="x509_hash:x"), {"holder_binding": "kb_audience"}, id="VP-19-aud"),
    pytest.param(lambda w, r: unbound(w, r, now=w.now - 365 * DAY), {"holder_binding": "kb_iat"}, id="VP-19-iat-past"),
    pytest.param(lambda w, r: unbound(w, r, now=w.now + 365 * DAY), {"holder_binding": "kb_iat"}, id="VP-19-iat-future"),
    pytest.param(lambda w, r: unbound(w, r, holder=KeySigner(create_key())), {"holder_binding": "kb_signature"}, id="VP-19-another-key"),
    pytest.param(lambda w, r: _flip_binding(unbound(w, r)), {"holder_binding": "kb_signature"}, id="VP-19-kb-signature"),
    pytest.param(_slip_in_disclosure, {"holder_binding": "kb_sd_hash"}, id="VP-19-sd-hash"),
    pytest.param(lambda w, r: unbound(w, r).rpartition("~")[0] + "~", {"holder_binding": "kb_missing"}, id="VP-20-no-kb"),
    pytest.param(lambda w, r: _flip(unbound(w, r)), {"signature": "bad_signature"}, id="issuer-signature"),
    pytest.param(_add_unreferenced, {"signature": "disclosure_unreferenced"}, id="unreferenced-disclosure"),
    pytest.param(lambda _w, _r: "x~y~", {"signature": "malformed"}, id="not-a-credential"),
    pytest.param(_hide_all, {"type": "claims_missing"}, id="claims-left-out"),
    pytest.param(_other_type, {"type": "wrong_type"}, id="VP-15-wrong-vct"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "reasons"), TAMPERED)
def test_tampered_presentations_are_refused_and_shown(stage, spoil, reasons):
    started, request = ask(stage, with_pid=False)
    text = spoil(stage.world, request)
    answer = stage.answer(request, create_response({"a1": [text]}, request))
    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert next(iter(reasons.values())) not in answer.text
    found = failures(stage, started)
    assert found == reasons
    assert conclusion(stage, started).outcome is Outcome.FAILED
    assert stage.answer(request, create_response({"a1": [text]}, request)).status_code == 404


@pytest.mark.parametrize(
    "vp_token",
    [
        pytest.param(lambda text: {"unknown": [text]}, id="VP-15-unknown-query-id"),
        pytest.param(lambda text: {"a1": [text], "unknown": [text]}, id="VP-15-beside"),
        pytest.param(lambda text: {"a1": [text, text]}, id="two-for-one"),
    ],
)
def test_another_answer_than_asked(stage, vp_token):
    started, request = ask(stage, with_pid=False)
    answer = stage.answer(
        request, create_response(vp_token(unbound(stage.world, request)), request)
    )
    assert answer.status_code == 400
    result = stage.verifier.result(started.id, stage.now)
    assert result.stage.value == "concluded"
    assert result.conclusion.outcome is Outcome.FAILED


def test_document_without_the_identity_that_was_asked_for(stage):
    started, request = ask(stage)
    answer = stage.answer(
        request, create_response({"a1": [unbound(stage.world, request)]}, request)
    )
    assert answer.status_code == 400
    assert conclusion(stage, started).outcome is Outcome.FAILED


def test_vp_13_replay(stage):
    started, request = ask(stage)
    form = holdings(stage.world).answer(request, stage.now)
    assert stage.answer(request, form).status_code == 200
    before = stage.database.query("SELECT * FROM inspections")
    assert stage.answer(request, form).status_code == 404
    assert stage.database.query("SELECT * FROM inspections") == before
    assert conclusion(stage, started).outcome is Outcome.PASSED


def test_vp_13_presentation_replayed_into_another_request(stage):
    _, first = ask(stage)
    vp_token = holdings(stage.world).present(first, stage.now)
    started, second = ask(stage)
    assert stage.answer(second, create_response(vp_token, second)).status_code == 400
    assert failures(stage, started)["holder_binding"] == "kb_nonce"


@pytest.mark.parametrize("spoil", [_flip, _flip_binding])
def test_nothing_of_a_forged_presentation_is_kept(stage, spoil):
    started, request = ask(stage, with_pid=False)
    form = create_response({"a1": [spoil(unbound(stage.world, request))]}, request)
    assert stage.answer(request, form).status_code == 400
    assert [each.claims for each in conclusion(stage, started).documents] == [None]
    stored = json.dumps([dict(row) for row in stage.database.query("SELECT * FROM inspections")])
    assert PERSON.surnames not in stored


def test_vp_14_state_of_another_request(stage):
    _, first = ask(stage)
    started, second = ask(stage)
    vp_token = holdings(stage.world).present(second, stage.now)
    mixed = replace(second, state=first.state)
    assert stage.answer(second, create_response(vp_token, mixed)).status_code == 400
    assert stage.verifier.result(started.id, stage.now).stage.value == "fetched"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda r, v: {"vp_token": json.dumps(v), "state": r.state}, id="VP-17"),
        pytest.param(lambda _r, v: {"response": json.dumps(v)}, id="VP-17-json-as-response"),
        pytest.param(lambda _r, _v: {}, id="nothing"),
        pytest.param(lambda _r, _v: [("response", "a"), ("response", "b")], id="twice"),
    ],
)
def test_plain_instead_of_encrypted(stage, form):
    started, request = ask(stage)
    vp_token = holdings(stage.world).present(request, stage.now)
    body = form(request, vp_token)
    if isinstance(body, list):
        body = {name: [value for key, value in body if key == name] for name, _ in body}
    assert stage.answer(request, body).status_code == 400
    assert stage.verifier.result(started.id, stage.now).stage.value == "fetched"


def test_vp_18_huge_body(stage):
    _, request = ask(stage)
    assert stage.answer(request, {"response": "x" * 1_200_000}).status_code == 413


def test_json_instead_of_a_form(stage):
    _, request = ask(stage)
    path = urlsplit(request.response_uri).path
    answer = stage.wallet_client.post(path, json={"response": "a.b.c.d.e"})
    assert answer.status_code == 415
    assert answer.json["error"] == "invalid_request"


def test_vp_16_more_than_asked_is_told_and_not_stored(stage):
    started, request = ask(stage, with_pid=False)
    everything = [("subject",), *_wanted(request, "a1")]
    text = create_presentation(stage.world.issue(create_a1(), PDA1_WEBUILD), everything)
    bound = create_key_binding(
        text, stage.world.holder, nonce=request.nonce, audience=request.client_id, now=stage.now
    )
    answer = stage.answer(request, create_response({"a1": [bound]}, request))
    assert answer.status_code == 200
    (document,) = conclusion(stage, started).documents
    assert ("subject", "pin") in document.excess
    assert ("subject", "names") not in document.excess
    assert document.claims["subject"].keys() == {"names", "dateOfBirth", "address"}
    assert document.claims["subject"]["address"] == {}
    stored = json.dumps([dict(row) for table in ("inspections", "openid4vp_transactions")
                         for row in stage.database.query(f"SELECT * FROM {table}")])  # fmt: skip
    assert PERSON.pin not in stored
    assert "Laisv" not in stored


def test_withdrawn_document_is_accepted_as_message_and_shown_as_withdrawn(stage):
    stage.world.withdraw(FUND_LIST, 7)
    started, request = ask(stage)
    assert (
        stage.answer(request, holdings(stage.world).answer(request, stage.now)).status_code == 200
    )
    assert failures(stage, started) == {"status": "revoked"}


def test_a_withdrawal_is_seen_by_the_next_check(stage):
    started, request = ask(stage)
    wallet = holdings(stage.world)
    stage.answer(request, wallet.answer(request, stage.now))
    assert conclusion(stage, started).outcome is Outcome.PASSED
    stage.now += 301
    stage.world.withdraw(FUND_LIST, 7, now=stage.now)
    started, request = ask(stage)
    stage.answer(request, wallet.answer(request, stage.now))
    assert failures(stage, started) == {"status": "revoked"}


def test_another_persons_identity(stage):
    other = replace(PERSON, surnames="Kazlauskaitė", pin="38001010001")
    wallet = holdings(stage.world, pid=stage.world.issue(create_pid(other), PID))
    started, request = ask(stage)
    assert stage.answer(request, wallet.answer(request, stage.now)).status_code == 200
    assert failures(stage, started) == {"person": "person_mismatch"}


@pytest.mark.parametrize("last", [True, False])
def test_vp_15_a_second_document_of_another_person_does_not_hide_behind_the_first(stage, last):
    """Both options answered at once: the flat A1 is the holder's own, the other a friend's."""
    friend = replace(PERSON, surnames="Kazlauskaitė", pin="38001010001")
    started, request = ask(stage)
    own = holdings(stage.world, "a1_flat").present(request, stage.now)
    text = stage.world.issue(create_a1(person=friend), PDA1_WEBUILD)
    lent = {"a1": [unbound(stage.world, request, credential=text)]}
    vp_token = {**own, **lent} if last else {**lent, **own}
    assert stage.answer(request, create_response(vp_token, request)).status_code == 200
    assert conclusion(stage, started).outcome is not Outcome.PASSED
    assert conclusion(stage, started).person.outcome is not Outcome.PASSED


def test_issuer_that_nobody_lists(stage):
    stranger = create_body("Example Social Insurance Fund", "LT", "LT:1000")
    text = stage.world.issue(create_a1(), PDA1_WEBUILD, body=stranger)
    started, request = ask(stage)
    wallet = holdings(stage.world, a1=text)
    assert stage.answer(request, wallet.answer(request, stage.now)).status_code == 200
    assert set(failures(stage, started)) == {"trust"}


def test_lists_out_of_reach_give_no_yes(stage):
    stage.world.web.answers.clear()
    started, request = ask(stage)
    assert (
        stage.answer(request, holdings(stage.world).answer(request, stage.now)).status_code == 200
    )
    assert conclusion(stage, started).outcome is Outcome.INDETERMINATE


def test_refusal(stage):
    started, request = ask(stage)
    assert stage.answer(request, create_error_response(request)).json == {}
    assert stage.verifier.result(started.id, stage.now).stage.value == "refused"
    assert (
        stage.answer(request, holdings(stage.world).answer(request, stage.now)).status_code == 200
    )
    assert conclusion(stage, started).outcome is Outcome.PASSED


def test_an_answer_after_the_end(stage):
    started, request = ask(stage)
    form = holdings(stage.world).answer(request, stage.now)
    stage.now += 300
    assert stage.answer(request, form).status_code == 404
    assert stage.verifier.result(started.id, stage.now).stage.value == "expired"


def test_an_answer_to_a_cancelled_check(stage):
    started, request = ask(stage)
    form = holdings(stage.world).answer(request, stage.now)
    stage.verifier.cancel(started.id, stage.now)
    assert stage.answer(request, form).status_code == 404
    assert stage.verifier.result(started.id, stage.now).stage.value == "cancelled"


def test_another_encryption_key_than_this_requests(stage):
    _, first = ask(stage)
    _, second = ask(stage)
    vp_token = holdings(stage.world).present(second, stage.now)
    body = json.dumps({"vp_token": vp_token, "state": second.state}).encode()
    form = {"response": encrypt_jwe(body, first.encryption_jwk)}
    assert stage.answer(second, form).status_code == 400


def test_qr_02_names_verifier_place_and_purpose_lives_short_works_once(stage):
    started = stage.verifier.start(Wish("pda1", place="Πειραιάς"), now=stage.now)
    request = stage.read_request(started.link)
    assert request.verifier_name == "Labour Inspectorate"
    assert all("Πειραιάς" in text for text in request.purpose.values())
    assert started.expires_at - stage.now <= 300
    assert re.fullmatch(r"openid4vp://\?[ -~]+", started.link)


def test_the_request_uri_is_bounded_and_knows_no_other_method(stage):
    started = stage.verifier.start("ehic", now=stage.now)
    path = f"/openid4vp/request/{started.request_uri.rpartition('/')[2]}"
    first = stage.wallet_client.get(path)
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert stage.wallet_client.put(path).status_code == 405
    assert {stage.wallet_client.get(path).status_code for _ in range(10)} == {200, 404}
    missing = stage.wallet_client.get("/openid4vp/request/none")
    assert (missing.status_code, missing.json["error"]) == (404, "invalid_request")
