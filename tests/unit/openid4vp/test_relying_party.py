"""A request from its creation until its answer is taken, once."""

import json
from dataclasses import replace

import pytest

from esspass.errors import EsspassError, MalformedError, ProtocolError, VerificationError
from esspass.jose.jwe import create_encryption_key, encrypt_jwe
from esspass.jose.jws import parse_jws
from esspass.keys.certificates import create_authority, create_signer
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.openid4vp.relying_party import RelyingParty, State
from esspass.openid4vp.response import create_error_response, create_response
from esspass.openid4vp.transactions import MAX_FETCHES, MIGRATIONS, Transactions
from esspass.storage import migrate
from tests.builders.presentations import link_parameters, read_request

NOW = 1_795_000_000
QUERY = {
    "credentials": [
        {"id": "a1", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:example:a1:1"]}}
    ]
}
BACK = "https://inspect.example.gr/back"


@pytest.fixture(scope="module")
def signer():
    authority = create_authority("Access CA", "GR", "Access CA", NOW)
    return create_signer(authority, "Labour Inspectorate", "GR", "Access", NOW)


@pytest.fixture
def party(database, signer):
    migrate(database, MIGRATIONS)
    return RelyingParty("https://inspect.example.gr", signer, Transactions(database))


def answer(party, transaction, vp_token=None, now=NOW):
    request = read_request(party, transaction, now)
    return create_response(vp_token or {"a1": ["x.y.z~"]}, request)


def refuse(party, transaction, form, status=400):
    with pytest.raises(ProtocolError) as refused:
        party.receive(transaction.id, form, NOW)
    assert refused.value.status == status
    return refused.value


def rows(party):
    return party.transactions.database.query("SELECT * FROM openid4vp_transactions")


def test_across_devices(party):
    transaction = party.start(QUERY, now=NOW, context="case 7")
    assert party.status(transaction.id, NOW).state is State.WAITING
    form = answer(party, transaction)
    assert party.status(transaction.id, NOW).state is State.FETCHED
    assert party.receive(transaction.id, form, NOW).redirect_uri is None
    assert party.status(transaction.id, NOW).state is State.ACCEPTED
    taken = party.take(transaction.id, transaction.browser_secret, None, NOW)
    assert taken.vp_token == {"a1": ("x.y.z~",)}
    assert (taken.context, taken.audience) == ("case 7", party.client_id)
    assert rows(party) == []


def test_the_link_says_who_asks_and_where(party):
    transaction = party.start(QUERY, now=NOW)
    parameters = link_parameters(transaction.link("https://wallet.example/present"))
    assert parameters == {
        "client_id": party.client_id,
        "request_uri": f"https://inspect.example.gr/openid4vp/request/{transaction.id}",
        "request_uri_method": "post",
    }
    assert transaction.browser_secret not in transaction.link()


def test_same_device_needs_the_code_and_the_browser(party):
    transaction = party.start(QUERY, now=NOW, flow="same_device", redirect_uri=f"{BACK}?x=1")
    redirect_uri = party.receive(transaction.id, answer(party, transaction), NOW).redirect_uri
    address, _, code = redirect_uri.partition("&response_code=")
    assert address == f"{BACK}?x=1"
    assert len(code) >= 22
    for browser, given in (
        (transaction.browser_secret, None),
        (transaction.browser_secret, "guess"),
        (transaction.browser_secret, ""),
    ):
        with pytest.raises(ProtocolError):
            party.take(transaction.id, browser, given, NOW)
    assert party.take(transaction.id, transaction.browser_secret, code, NOW).vp_token


def test_vp_12_the_code_is_worth_nothing_in_another_browser(party):
    mine = party.start(QUERY, now=NOW, flow="same_device", redirect_uri=BACK)
    theirs = party.start(QUERY, now=NOW, flow="same_device", redirect_uri=BACK)
    code = party.receive(mine.id, answer(party, mine), NOW).redirect_uri.partition("=")[2]
    for browser in (theirs.browser_secret, ""):
        with pytest.raises(ProtocolError) as refused:
            party.take(mine.id, browser, code, NOW)
        assert (refused.value.code, refused.value.status) == ("access_denied", 403)
    assert party.take(mine.id, mine.browser_secret, code, NOW)
    with pytest.raises(ProtocolError):
        party.take(mine.id, mine.browser_secret, code, NOW)


def test_flow_and_return_address_belong_together(party):
    for arguments in ({"flow": "same_device"}, {"flow": "cross_device", "redirect_uri": BACK}):
        with pytest.raises(MalformedError):
            party.start(QUERY, now=NOW, **arguments)


def test_wasteful_queries_are_not_sent(party):
    twice = [{"path": ["a"]}, {"path": ["a"]}]
    wasteful = {"credentials": [{**QUERY["credentials"][0], "claims": twice}]}
    with pytest.raises(MalformedError):
        party.start(wasteful, now=NOW)


def test_vp_07_nonce_state_and_key_are_fresh_for_each_request(party):
    requests = [read_request(party, party.start(QUERY, now=NOW), NOW) for _ in range(8)]
    for fresh in (
        {request.nonce for request in requests},
        {request.state for request in requests},
        {request.encryption_jwk["x"] for request in requests},
        {request.encryption_jwk["kid"] for request in requests},
    ):
        assert len(fresh) == 8
    assert all(16 <= len(request.nonce) <= 43 for request in requests)


def test_vp_09_fetching_again_gives_the_same_request_and_is_bounded(party):
    transaction = party.start(QUERY, now=NOW)
    payloads = {
        parse_jws(party.request_object(transaction.id, None, NOW + again)).payload
        for again in range(MAX_FETCHES)
    }
    assert len(payloads) == 1
    with pytest.raises(ProtocolError) as refused:
        party.request_object(transaction.id, None, NOW)
    assert refused.value.status == 404


def test_vp_11_the_wallets_nonce_is_echoed_to_that_wallet_only(party):
    transaction = party.start(QUERY, now=NOW)
    assert read_request(party, transaction, NOW, "mine")
    plain = parse_jws(party.request_object(transaction.id, None, NOW)).claims()
    assert "wallet_nonce" not in plain
    for bad in ("", "x" * 600):
        with pytest.raises(ProtocolError):
            party.request_object(transaction.id, bad, NOW)


def test_no_request_after_the_answer_or_the_end(party):
    answered = party.start(QUERY, now=NOW)
    party.receive(answered.id, answer(party, answered), NOW)
    late = party.start(QUERY, now=NOW)
    for name, now in ((answered.id, NOW), (late.id, NOW + 300), ("unknown", NOW)):
        with pytest.raises(ProtocolError) as refused:
            party.request_object(name, None, now)
        assert refused.value.status == 404
    assert party.status(late.id, NOW + 300).state is State.EXPIRED


def test_vp_13_a_replay_is_refused_and_changes_nothing(party):
    transaction = party.start(QUERY, now=NOW)
    form = answer(party, transaction)
    party.receive(transaction.id, form, NOW)
    before = rows(party)
    assert refuse(party, transaction, form, 404)
    assert rows(party) == before
    assert before[0]["encryption_key"] == ""  # nobody can open the answer again


def test_vp_13_two_answers_at_once_only_one_wins(party):
    transaction = party.start(QUERY, now=NOW)
    form = answer(party, transaction)
    examined = []

    def slow(given, now):
        """While the first is examined, the second arrives."""
        examined.append(given)
        if len(examined) == 1:
            with pytest.raises(ProtocolError):
                party.receive(transaction.id, form, now)
        return given.vp_token

    replace(party, examine=slow).receive(transaction.id, form, NOW)
    assert len(examined) == 1


def test_vp_14_state_of_another_request(party):
    first, second = party.start(QUERY, now=NOW), party.start(QUERY, now=NOW)
    other = replace(read_request(party, first, NOW), state=read_request(party, second, NOW).state)
    for state in (other.state, None, "x"):
        form = create_response({"a1": ["x~"]}, replace(other, state=state))
        assert "state" in str(refuse(party, first, form))
    assert party.status(first.id, NOW).state is State.FETCHED


def test_vp_14_answer_to_another_request(party):
    first, second = party.start(QUERY, now=NOW), party.start(QUERY, now=NOW)
    refuse(party, second, answer(party, first))
    assert party.receive(first.id, answer(party, first), NOW)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"vp_token": '{"a1":["x~"]}'}, id="VP-17"),
        pytest.param({"vp_token": '{"a1":["x~"]}', "state": "s"}, id="VP-17-with-state"),
        pytest.param({}, id="empty"),
        pytest.param({"response": "a.b.c"}, id="jws-instead"),
        pytest.param({"response": "a.b.c.d.e"}, id="not-a-jwe"),
        pytest.param({"response": "x" * 2_000_000}, id="huge"),
        pytest.param({"error": "access_denied"}, id="error-without-state"),
        pytest.param({"error": "access_denied", "state": "wrong"}, id="error-with-wrong-state"),
    ],
)
def test_other_forms_change_nothing(party, form):
    transaction = party.start(QUERY, now=NOW)
    refuse(party, transaction, form)
    assert party.status(transaction.id, NOW).state is State.WAITING


def _jwe(header, middle="...x"):
    return encode_base64url(json.dumps(header).encode()) + middle


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"}, id="VP-18-zip"),
        pytest.param({"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 2**31, "p2s": "x"}, id="VP-18-p2c"),
        pytest.param({"alg": "dir", "enc": "A256GCM"}, id="VP-18-dir"),
        pytest.param({"alg": "none", "enc": "A256GCM"}, id="VP-18-none"),
        pytest.param({"alg": "ECDH-ES", "enc": "A256CBC-HS512"}, id="VP-18-cbc"),
        pytest.param({"alg": "ECDH-ES", "enc": "A256GCM", "crit": ["b64"]}, id="VP-18-crit"),
        pytest.param({"alg": "ECDH-ES", "enc": "A256GCM", "epk": {}}, id="VP-18-epk"),
        pytest.param(
            {"alg": "ECDH-ES", "enc": "A256GCM",
             "epk": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
            id="VP-18-point-off-the-curve",
        ),
    ],
)  # fmt: skip
def test_jwe_tricks_are_refused(party, header):
    transaction = party.start(QUERY, now=NOW)
    refuse(party, transaction, {"response": _jwe(header, "....x")})


@pytest.mark.parametrize("header", ["apu", "apv"])
def test_vp_18_agreement_information_is_bound(party, header):
    transaction = party.start(QUERY, now=NOW)
    first, *rest = answer(party, transaction)["response"].split(".")
    changed = {**json.loads(decode_base64url(first)), header: "QUFB"}
    text = ".".join((encode_base64url(json.dumps(changed).encode()), *rest))
    refuse(party, transaction, {"response": text})


def test_encrypted_to_another_key(party):
    transaction = party.start(QUERY, now=NOW)
    request = read_request(party, transaction, NOW)
    stranger = create_encryption_key()
    payload = json.dumps({"vp_token": {"a1": ["x~"]}, "state": request.state}).encode()
    refuse(party, transaction, {"response": encrypt_jwe(payload, stranger.public_jwk())})
    renamed = {**stranger.public_jwk(), "kid": request.encryption_jwk["kid"]}
    refuse(party, transaction, {"response": encrypt_jwe(payload, renamed)})


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        pytest.param({"vp_token": '{"a1":["x~"]}'}, State.FETCHED, id="token-as-string"),
        pytest.param({}, State.FETCHED, id="no-token"),
        pytest.param({"error": "access_denied", "vp_token": {}}, State.FETCHED, id="both"),
        pytest.param({"error": "<b>"}, State.FETCHED, id="error-not-a-code"),
        pytest.param({"error": 7}, State.FETCHED, id="error-not-a-string"),
        pytest.param({"vp_token": {}}, State.FAILED, id="empty-token"),
        pytest.param({"vp_token": {"b2": ["x~"]}}, State.FAILED, id="VP-15"),
        pytest.param({"vp_token": {"a1": ["x~"], "b2": ["x~"]}}, State.FAILED, id="VP-15-beside"),
        pytest.param({"vp_token": {"a1": ["x~", "y~"]}}, State.FAILED, id="two-for-one"),
        pytest.param({"vp_token": {"a1": "x~"}}, State.FAILED, id="not-an-array"),
    ],
)
def test_answers_of_the_wrong_shape(party, payload, state):
    transaction = party.start(QUERY, now=NOW)
    request = read_request(party, transaction, NOW)
    body = json.dumps({**payload, "state": request.state}).encode()
    refuse(party, transaction, {"response": encrypt_jwe(body, request.encryption_jwk)})
    assert party.status(transaction.id, NOW).state is state
    assert rows(party)[0]["vp_token"] in (None, "null")


def test_a_refusal_is_shown_and_does_not_close_the_request(party):
    transaction = party.start(QUERY, now=NOW)
    request = read_request(party, transaction, NOW)
    assert party.receive(transaction.id, create_error_response(request), NOW).redirect_uri is None
    status = party.status(transaction.id, NOW)
    assert (status.state, status.reason) == (State.REFUSED, "access_denied")
    party.receive(transaction.id, create_response({"a1": ["x~"]}, request), NOW)
    assert party.status(transaction.id, NOW).state is State.ACCEPTED


def test_an_error_in_clear_is_understood(party):
    transaction = party.start(QUERY, now=NOW)
    request = read_request(party, transaction, NOW)
    form = {"error": "wallet_unavailable", "state": request.state, "error_description": "x"}
    party.receive(transaction.id, form, NOW)
    assert party.status(transaction.id, NOW).reason == "wallet_unavailable"


def test_what_is_examined_and_refused_is_not_kept(party):
    def unconvinced(_answer, _now):
        raise VerificationError("no", code="kb_nonce")

    strict = replace(party, examine=unconvinced)
    transaction = strict.start(QUERY, now=NOW)
    error = refuse(strict, transaction, answer(strict, transaction))
    assert "kb_nonce" not in str(error)  # the wallet learns that, not why
    status = strict.status(transaction.id, NOW)
    assert (status.state, status.reason) == (State.FAILED, "kb_nonce")
    assert "x.y.z" not in json.dumps([dict(row) for row in rows(strict)])
    with pytest.raises(EsspassError):
        strict.take(transaction.id, transaction.browser_secret, None, NOW)


def test_only_what_the_examiner_keeps_is_kept(party):
    frugal = replace(party, examine=lambda _answer, _now: {})
    transaction = frugal.start(QUERY, now=NOW)
    frugal.receive(transaction.id, answer(frugal, transaction), NOW)
    assert frugal.take(transaction.id, transaction.browser_secret, None, NOW).vp_token == {}


def test_an_answer_not_taken_in_time_is_forgotten(party):
    transaction = party.start(QUERY, now=NOW)
    party.receive(transaction.id, answer(party, transaction), NOW)
    with pytest.raises(ProtocolError):
        party.take(transaction.id, transaction.browser_secret, None, NOW + 300)
    party.start(QUERY, now=NOW + 300)
    assert transaction.id not in {row["id"] for row in rows(party)}


def test_withdrawn(party):
    transaction = party.start(QUERY, now=NOW)
    party.cancel(transaction.id)
    assert party.status(transaction.id, NOW).state is State.EXPIRED
    with pytest.raises(ProtocolError):
        party.request_object(transaction.id, None, NOW)


def test_the_browser_secret_is_not_in_the_database(party):
    transaction = party.start(QUERY, now=NOW)
    assert transaction.browser_secret not in json.dumps([dict(row) for row in rows(party)])
