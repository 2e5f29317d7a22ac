"""Who is trusted: the table of statuses at issuance and now, row by row, and all that surrounds it."""

from dataclasses import replace

import pytest

from esspass.errors import MalformedError, SignatureError, UndecidedError, UntrustedIssuerError
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_authority, create_signer
from esspass.keys.signer import KeySigner, create_key
from esspass.trust import (
    IssuerRefusedError,
    IssuerUndecidedError,
    ListType,
    ServiceKind,
    Status,
    StatusInterval,
    TrustView,
    decide_attestation_issuer,
    decide_relying_party,
    decide_status_issuer,
    decide_wallet_provider,
)
from esspass.trust.store import Refresh
from esspass.verdict import Check, Outcome
from tests.builders.lists import (
    CONTACT,
    DAY,
    EHIC,
    NOW,
    PDA1,
    PID,
    authorize,
    create_body,
    create_entity,
    create_service,
    replace_service,
)

PUB = ListType.PUB_EAA_PROVIDERS
ISSUED = NOW - 100 * DAY
NOTIFIED, WITHDRAWN = Status.NOTIFIED, Status.WITHDRAWN


def decide(view, body, *, now=NOW, **changes):
    question = {
        "vct": PDA1,
        "institution_id": body.institution_id,
        "country": body.country,
        "issued_at": ISSUED,
        **changes,
    }
    chain = question.pop("chain", body.attestation_signer.certificates)
    return decide_attestation_issuer(view, chain, now=now, **question)


def refused(view, body, **changes):
    with pytest.raises(IssuerRefusedError) as raised:
        decide(view, body, **changes)
    assert raised.value.parameters["reason"] == raised.value.code
    return raised.value


def undecided(view, body, **changes):
    with pytest.raises(IssuerUndecidedError) as raised:
        decide(view, body, **changes)
    assert raised.value.parameters["reason"] == raised.value.code
    return raised.value


def list_fund(world, fund, current, history=()):
    """Put the fund's issuance service on the list with (status, start) pairs."""
    key_ids = create_entity(fund).services[0].key_ids
    status, starts = current
    entity = replace_service(
        create_entity(fund),
        ServiceKind.ISSUANCE,
        status=status,
        starts=starts,
        history=tuple(StatusInterval(s, at, key_ids) for s, at in history),
    )
    world.entities[PUB] = [entity]
    world.tokens, world.sequence_number = {}, 0
    return world.view()


LISTED_LONG_AGO = (NOTIFIED, NOW - 300 * DAY)


def test_row_1_listed_then_and_now(world, fund):
    decision = decide(world.view(), fund)
    expected = {
        "list": "pub-eaa-providers",
        "sequence_number": "1",
        "issued": "2026-09-20T14:13:20Z",
        "next_update": "2026-10-20T14:13:20Z",
        "freshness": "FRESH",
        "entity": "Example Social Insurance Fund",
        "status_at_issuance": "notified",
        "status_now": "notified",
        "institution": "LT:1000",
    }
    assert expected.items() <= decision.parameters.items()


def test_row_2_withdrawn_since_and_proved_older(world, fund):
    view = list_fund(world, fund, (WITHDRAWN, NOW - 10 * DAY), [LISTED_LONG_AGO])
    error = undecided(view, fund, existed_at=NOW - 50 * DAY)
    assert error.code == "issuer_left_list"
    assert error.parameters["status_at_issuance"] == "notified"
    assert error.parameters["status_now"] == "withdrawn"
    assert error.parameters["status_since"] == "2026-09-11T14:13:20Z"


@pytest.mark.parametrize("existed_at", [None, NOW - 10 * DAY, NOW - DAY])
def test_row_3_withdrawn_since_with_only_its_own_word(world, fund, existed_at):
    view = list_fund(world, fund, (WITHDRAWN, NOW - 10 * DAY), [LISTED_LONG_AGO])
    assert undecided(view, fund, existed_at=existed_at).code == "issuer_left_list_unproven"


def test_row_4_not_listed_yet_when_issued(world, fund):
    view = list_fund(world, fund, (NOTIFIED, NOW - 10 * DAY))
    error = refused(view, fund)
    assert error.code == "not_listed_at_issuance"
    assert error.parameters["status_at_issuance"] == "none"


def test_row_5_withdrawn_then_and_now(world, fund):
    view = list_fund(world, fund, (WITHDRAWN, NOW - 200 * DAY), [LISTED_LONG_AGO])
    error = refused(view, fund)
    assert error.code == "withdrawn_at_issuance"
    assert error.parameters["status_now"] == "withdrawn"


def test_row_6_withdrawn_then_and_back_now(world, fund):
    history = [(WITHDRAWN, NOW - 200 * DAY), LISTED_LONG_AGO]
    view = list_fund(world, fund, (NOTIFIED, NOW - 10 * DAY), history)
    error = refused(view, fund)
    assert error.code == "withdrawn_at_issuance"
    assert error.parameters["status_now"] == "notified"
    assert (
        decide(view, fund, issued_at=NOW - 5 * DAY).parameters["status_at_issuance"] == "notified"
    )
    assert decide(view, fund, issued_at=NOW - 250 * DAY)


def test_row_7_never_listed(world):
    stranger = create_body("Example Social Insurance Fund", "LT", "LT:1000")
    assert refused(world.view(), stranger).code in {"unknown_issuer", "no_path"}
    other = create_body("Nobody", "LT", "LT:1000")
    error = refused(world.view(), other)
    assert error.code == "unknown_issuer"
    assert error.parameters["sequence_number"] == "1"


def roll(world, fund):
    """The next issue lists a new CA; the old one remains as an identifier in the history."""
    fresh = create_authority(fund.name, fund.country, "New CA", NOW - 40 * DAY)
    listed = world.entities[PUB][0]
    service = listed.services[0]
    history = (StatusInterval(NOTIFIED, NOW - 300 * DAY, service.key_ids),)
    rolled = replace(
        service, certificates=(fresh.certificate,), starts=NOW - 30 * DAY, history=history
    )
    world.entities[PUB] = [replace(listed, services=(rolled, listed.services[1]))]
    return create_signer(fresh, fund.name, fund.country, "new", NOW - 39 * DAY)


def test_row_8_old_key_known_from_an_archived_issue(world, fund):
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    new_signer = roll(world, fund)
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    decision = decide(world.view(), fund)
    assert decision.parameters["sequence_number"] == "2"
    assert decision.parameters["archived_sequence_number"] == "1"
    assert decide(world.view(), fund, chain=new_signer.certificates, issued_at=NOW - 20 * DAY)


def test_row_8_old_key_only_in_the_history(world, fund):
    roll(world, fund)
    error = undecided(world.view(), fund)
    assert error.code == "anchor_only_in_history"
    assert error.parameters["list"] == "pub-eaa-providers"


def test_row_8_old_key_after_it_was_replaced(world, fund):
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    roll(world, fund)
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    assert (
        refused(world.view(), fund, issued_at=NOW - 20 * DAY).code == "key_not_listed_at_issuance"
    )


@pytest.mark.parametrize(
    ("age", "code", "freshness"),
    [
        (0, "list_in_grace", "GRACE"),
        (7 * DAY - 1, "list_in_grace", "GRACE"),
        (7 * DAY, "list_expired", "EXPIRED"),
    ],
)
def test_row_9_a_list_out_of_date_is_never_a_yes(world, fund, age, code, freshness):
    due = NOW - DAY + 30 * DAY
    error = undecided(world.view(due + age), fund, now=due + age)
    assert error.code == code
    assert error.parameters["freshness"] == freshness
    assert error.parameters["next_update"] == "2026-10-20T14:13:20Z"


def test_row_9_a_list_out_of_date_is_no_no_to_a_stranger(world):
    other = create_body("Nobody", "LT", "LT:1000")
    late = NOW + 60 * DAY
    assert undecided(world.view(late), other, now=late).code == "list_expired"


def test_row_9_a_closed_list(world, fund):
    view = world.view()
    closed = world.snapshot(PUB, next_update=None)
    view = replace(view, snapshots={**view.snapshots, PUB: (closed,)})
    assert undecided(view, fund).code == "list_closed"


def test_row_9_what_the_list_can_no_longer_change_stays_a_no(world, fund):
    list_fund(world, fund, (WITHDRAWN, NOW - 200 * DAY), [LISTED_LONG_AGO])
    late = NOW + 60 * DAY
    assert refused(world.view(late), fund, now=late).code == "withdrawn_at_issuance"


def test_row_10_no_list_to_ask(world, fund):
    refreshes = {PUB: Refresh(NOW, 0, "unavailable", NOW - 3600)}
    view = TrustView({}, None, {PUB: "unavailable"}, refreshes)
    error = undecided(view, fund)
    assert error.code == "list_unavailable"
    assert error.parameters["problem"] == "unavailable"
    assert error.parameters["problem_since"] == "2026-09-21T13:13:20Z"


def test_row_10_the_last_good_list_serves_and_says_so(world, fund):
    problems = {PUB: "list_signer_not_pinned"}
    refreshes = {PUB: Refresh(NOW, NOW - 7200, "list_signer_not_pinned", NOW - 3600)}
    view = replace(world.view(), problems=problems, refreshes=refreshes)
    parameters = decide(view, fund).parameters
    assert parameters["problem"] == "list_signer_not_pinned"
    assert parameters["problem_since"] == "2026-09-21T13:13:20Z"
    assert parameters["fetched"] == "2026-09-21T12:13:20Z"


def test_two_statuses_from_one_moment_decide_nothing(world, fund):
    view = list_fund(world, fund, (WITHDRAWN, NOW - 300 * DAY), [LISTED_LONG_AGO])
    assert undecided(view, fund).code == "list_inconsistent"


def test_two_equal_statuses_from_one_moment_do_no_harm(world, fund):
    view = list_fund(world, fund, LISTED_LONG_AGO, [LISTED_LONG_AGO])
    assert decide(view, fund)


def test_iat_rounded_down_to_the_day_the_issuer_was_listed(world, fund):
    """RFC 9901, 10.1: an iat of midnight may stand for the afternoon the listing began."""
    view = list_fund(world, fund, (NOTIFIED, ISSUED + DAY // 2))
    assert decide(view, fund).parameters["status_at_issuance"] == "notified"
    too_late = list_fund(world, fund, (NOTIFIED, ISSUED + 2 * DAY))
    assert refused(too_late, fund).code == "not_listed_at_issuance"


def test_iat_rounded_down_before_the_leaf_was_made(world, fund):
    young = create_signer(fund.issuance, fund.name, fund.country, "young", ISSUED + DAY // 2)
    assert decide(world.view(), fund, chain=young.certificates)
    younger = create_signer(fund.issuance, fund.name, fund.country, "younger", ISSUED + 3 * DAY)
    assert refused(world.view(), fund, chain=younger.certificates).code == "certificate_expired"


def test_iat_rounded_down_does_not_hide_a_withdrawal(world, fund):
    view = list_fund(world, fund, (WITHDRAWN, ISSUED - DAY // 2), [LISTED_LONG_AGO])
    assert refused(view, fund).code == "withdrawn_at_issuance"


def test_an_iat_in_the_future_opens_nothing(world, fund):
    young = create_signer(fund.issuance, fund.name, fund.country, "young", NOW + 5 * DAY)
    error = refused(world.view(), fund, chain=young.certificates, issued_at=NOW + 6 * DAY)
    assert error.code == "certificate_expired"


def test_the_leaf_was_valid_at_issuance_and_is_not_now(world, fund):
    begun = NOW - 399 * DAY
    leaf = create_signer(fund.issuance, fund.name, fund.country, "leaf", begun).certificates
    assert decide(world.view(), fund, chain=leaf, issued_at=NOW - 200 * DAY)


def test_km_01_the_certificate_is_right_and_the_key_is_another(world, fund):
    """The chain is a trusted one; the signature must still be made with its leaf's key."""
    chain = fund.attestation_signer.certificates
    assert decide(world.view(), fund, chain=chain)
    thief = KeySigner(create_key(), chain)
    token = parse_jws(create_jws({"typ": "dc+sd-jwt"}, {"vct": PDA1}, thief))
    with pytest.raises(SignatureError):
        verify_jws(token, chain[0].public_key())


def test_km_01_a_ca_with_the_listed_name_and_another_key(world, fund):
    fake = create_authority(fund.name, fund.country, f"{fund.name} Issuance CA", NOW - 400 * DAY)
    signer = create_signer(fake, fund.name, fund.country, "fake", NOW - 400 * DAY)
    assert refused(world.view(), fund, chain=signer.certificates).code == "no_path"


def km_02_type(world, fund):
    world.institutions = [authorize(fund, EHIC)]
    return {}


def km_02_type_later(world, fund):
    world.institutions = [authorize(fund, PDA1, starts=NOW - 10 * DAY)]
    return {}


def km_02_type_ended_before(world, fund):
    world.institutions = [authorize(fund, PDA1, ends=NOW - 200 * DAY)]
    return {}


def km_02_institution_of_another_body(world, fund):
    other = create_body("Other Fund", "LT", "LT:7000")
    world.institutions.append(authorize(other, PDA1))
    return {"institution_id": "LT:7000"}


KM_02 = {
    "KM-02 type never": (km_02_type, "type_not_authorised"),
    "KM-02 type only later": (km_02_type_later, "type_not_authorised"),
    "KM-02 type ended before": (km_02_type_ended_before, "type_not_authorised"),
    "KM-02 unknown type": (
        lambda _world, _fund: {"vct": "urn:example:other"},
        "type_not_authorised",
    ),
    "KM-02 unknown institution": (
        lambda _world, _fund: {"institution_id": "LT:9"},
        "institution_unknown",
    ),
    "KM-02 institution of another body": (
        km_02_institution_of_another_body,
        "institution_mismatch",
    ),
    "KM-02 country of the attestation": (
        lambda _world, _fund: {"country": "EL"},
        "country_mismatch",
    ),
    "KM-02 a Pub-EAA issuer makes a PID": (lambda _world, _fund: {"vct": PID}, "unknown_issuer"),
}


@pytest.mark.parametrize("name", KM_02)
def test_an_issuer_not_entitled_is_refused(world, fund, name):
    change, code = KM_02[name]
    changes = change(world, fund)
    assert refused(world.view(), fund, **changes).code == code


def test_km_02_a_pid_provider_makes_no_a1(world):
    identity = world.bodies["identity"]
    assert refused(world.view(), identity).code == "unknown_issuer"


def test_a_type_that_ended_since_is_amber(world, fund):
    world.institutions = [authorize(fund, PDA1, ends=NOW - 10 * DAY)]
    error = undecided(world.view(), fund)
    assert error.code == "type_authorisation_ended"
    assert error.parameters["directory_sequence_number"] == "1"


def test_an_institution_not_disclosed_is_any_of_the_body(world, fund):
    assert decide(world.view(), fund, institution_id=None).parameters["institution"] == "LT:1000"
    world.institutions = []
    world.tokens, world.sequence_number = {}, 0
    assert refused(world.view(), fund, institution_id=None).code == "type_not_authorised"


def test_no_directory_no_verdict(world, fund):
    view = replace(world.view(), directory=None, problems={"directory": "unavailable"})
    error = undecided(view, fund)
    assert error.code == "directory_unavailable"
    assert error.parameters["directory_problem"] == "unavailable"


def test_a_stale_directory_no_verdict(world, fund):
    view = world.view()
    stale = replace(view.directory, next_update=NOW - 1)
    assert undecided(replace(view, directory=stale), fund).code == "directory_stale"


def test_the_certificate_names_another_body(world, fund):
    leaf = create_signer(fund.issuance, "Somebody Else", "LT", "leaf", NOW - 300 * DAY)
    error = refused(world.view(), fund, chain=leaf.certificates)
    assert error.code == "name_mismatch"
    assert error.parameters["entity"] == fund.name


def test_the_certificate_names_another_country(world, fund):
    leaf = create_signer(fund.issuance, fund.name, "EE", "leaf", NOW - 300 * DAY)
    assert refused(world.view(), fund, chain=leaf.certificates).code == "country_mismatch"


def test_any_language_of_the_name_will_do(world, fund):
    names = ("Example Social Insurance Fund", "Pavyzdinis fondas")
    world.entities[PUB] = [replace(create_entity(fund), names=names)]
    leaf = create_signer(fund.issuance, "Pavyzdinis fondas", "LT", "leaf", NOW - 300 * DAY)
    assert decide(world.view(), fund, chain=leaf.certificates)


def test_el_and_gr_are_one_country(world):
    greek = create_body("Example Greek Fund", "GR", "GR:1")
    world.entities[PUB] = [create_entity(greek)]
    world.institutions = [authorize(greek, PDA1)]
    assert decide(world.view(), greek, country="EL")
    assert decide(world.view(), greek, country="GR")


def test_a_status_key_signs_no_attestations(world, fund):
    assert (
        refused(world.view(), fund, chain=fund.status_signer.certificates).code == "unknown_issuer"
    )


def test_a_web_certificate_is_refused_with_the_reason(world, fund):
    from esspass.keys.certificates import issue_certificate

    key = create_key()
    leaf = issue_certificate(
        fund.issuance,
        key.public_key(),
        fund.name,
        "LT",
        "web",
        NOW - 300 * DAY,
        dns_names=["a.example"],
    )
    assert refused(world.view(), fund, chain=[leaf]).code == "wrong_key_usage"


def test_pid_providers_answer_for_now_only(world):
    identity = world.bodies["identity"]
    decision = decide(world.view(), identity, vct=PID, institution_id=None)
    assert decision.parameters["status_now"] == "listed"
    assert decision.parameters["status_at_issuance"] == "not_recorded"


def test_a_pid_provider_taken_off_its_list(world):
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    world.entities[ListType.PID_PROVIDERS] = []
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    error = refused(world.view(), world.bodies["identity"], vct=PID)
    assert error.code == "issuer_removed"
    assert error.parameters["last_listed"] == "1"


def test_status_keys_of_the_same_body(world, fund):
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    decision = decide_status_issuer(world.view(), chain, issuer_chain=issuer, now=NOW)
    assert decision.parameters["entity"] == fund.name


def test_status_keys_of_a_pid_provider(world):
    identity = world.bodies["identity"]
    decision = decide_status_issuer(
        world.view(),
        identity.status_signer.certificates,
        issuer_chain=identity.attestation_signer.certificates,
        now=NOW,
    )
    assert decision.parameters["list"] == "pid-providers"


def status_refused(world, chain, issuer, now=NOW):
    with pytest.raises(IssuerRefusedError) as raised:
        decide_status_issuer(world.view(now), chain, issuer_chain=issuer, now=now)
    return raised.value.code


def test_an_attestation_key_signs_no_statuses(world, fund):
    own = fund.attestation_signer.certificates
    assert status_refused(world, own, own) == "status_issuer_unknown"


def test_another_listed_body_signs_no_statuses_for_this_one(world, fund):
    other = create_body("Other Fund", "LT", "LT:7000")
    world.entities[PUB].append(create_entity(other))
    chain, issuer = other.status_signer.certificates, fund.attestation_signer.certificates
    assert status_refused(world, chain, issuer) == "status_issuer_unknown"


def test_statuses_for_an_unknown_issuer(world, fund):
    other = create_body("Nobody", "LT", "LT:7000")
    chain, issuer = fund.status_signer.certificates, other.attestation_signer.certificates
    assert status_refused(world, chain, issuer) == "unknown_issuer"


def test_an_expired_status_key(world):
    old = create_body("Old Fund", "LT", "LT:7000", NOW - 800 * DAY)
    world.entities[PUB].append(create_entity(old))
    chain, issuer = old.status_signer.certificates, old.attestation_signer.certificates
    assert status_refused(world, chain, issuer) == "certificate_expired"


def test_a_withdrawn_issuer_still_publishes_statuses(world, fund):
    list_fund(world, fund, (WITHDRAWN, NOW - 10 * DAY), [LISTED_LONG_AGO])
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    assert decide_status_issuer(world.view(), chain, issuer_chain=issuer, now=NOW)


def test_a_withdrawn_status_key_answers_nothing(world, fund):
    world.entities[PUB] = [
        replace_service(
            create_entity(fund), ServiceKind.REVOCATION, status=WITHDRAWN, starts=NOW - 10 * DAY
        )
    ]
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    with pytest.raises(IssuerUndecidedError) as raised:
        decide_status_issuer(world.view(), chain, issuer_chain=issuer, now=NOW)
    assert raised.value.code == "status_service_withdrawn"


def test_statuses_after_the_issuers_key_was_rolled(world, fund):
    world.publish(NOW - 60 * DAY, lifetime=90 * DAY)
    roll(world, fund)
    world.publish(NOW - 30 * DAY, lifetime=90 * DAY)
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    assert decide_status_issuer(world.view(), chain, issuer_chain=issuer, now=NOW)


def test_a_missing_list_leaves_the_status_issuer_open(world, fund):
    view = world.view()
    view = replace(view, snapshots={ListType.PID_PROVIDERS: view.snapshots[ListType.PID_PROVIDERS]})
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    with pytest.raises(UndecidedError) as raised:
        decide_status_issuer(view, chain, issuer_chain=issuer, now=NOW)
    assert raised.value.code == "list_unavailable"


@pytest.mark.parametrize(
    ("who", "decide_current"),
    [("wallet", decide_wallet_provider), ("access", decide_relying_party)],
)
def test_providers_listed_now(world, who, decide_current):
    chain = world.bodies[who].attestation_signer.certificates
    assert decide_current(world.view(), chain, NOW).parameters["status_now"] == "listed"
    with pytest.raises(UntrustedIssuerError):
        decide_current(world.view(), world.bodies["fund"].attestation_signer.certificates, NOW)
    late = NOW + 60 * DAY
    with pytest.raises(UndecidedError):
        decide_current(world.view(late), chain, late)


def test_a_wallet_provider_is_no_relying_party(world):
    chain = world.bodies["wallet"].attestation_signer.certificates
    with pytest.raises(UntrustedIssuerError):
        decide_relying_party(world.view(), chain, NOW)


def test_too_many_certificates_are_refused_before_any_path(world, fund):
    chain = [*fund.attestation_signer.certificates] * 5
    with pytest.raises((IssuerRefusedError, MalformedError)):
        decide(world.view(), fund, chain=chain)


def test_a_body_without_services_of_a_kind(world, fund):
    service = create_service(
        ServiceKind.ISSUANCE, [fund.issuance.certificate], NOTIFIED, NOW - 300 * DAY
    )
    world.entities[PUB] = [replace(create_entity(fund), services=(service,), contact=CONTACT)]
    chain, issuer = fund.status_signer.certificates, fund.attestation_signer.certificates
    assert status_refused(world, chain, issuer) == "status_issuer_unknown"


def test_a_check_shows_the_evidence_of_every_ending(world, fund):
    """``Check`` reads the parameters of decisions and of errors alike."""
    view = world.view()
    check = Check("trust", "TS 119 602", lambda body: decide(view, body).parameters)
    stranger = create_body("Nobody", "LT", "LT:1")
    passed, failed = check.run(fund), check.run(stranger)
    assert (passed.outcome, failed.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert failed.reason == failed.parameters["reason"] == "unknown_issuer"
    assert passed.parameters["list"] == failed.parameters["list"] == "pub-eaa-providers"
    nothing = Check("trust", "", lambda body: decide(TrustView({}), body).parameters).run(fund)
    assert nothing.outcome is Outcome.INDETERMINATE
    assert nothing.parameters["reason"] == "list_unavailable"
