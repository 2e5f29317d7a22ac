"""Lists as signed documents: what is read back, and everything that must not be believed."""

import copy
import json
from dataclasses import replace

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.errors import (
    EsspassError,
    MalformedError,
    SignatureError,
    UntrustedIssuerError,
    VerificationError,
)
from esspass.jose.jws import create_json, create_jws, parse_jws
from esspass.keys.certificates import (
    create_authority,
    create_signer,
    create_x5c,
    create_x5t_s256,
)
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.trust import (
    Freshness,
    ListType,
    ServiceKind,
    Status,
    StatusInterval,
    freshness,
    parse_list,
    sign_list,
    verify_list,
)
from tests.builders.lists import DAY, NOW, create_entity, create_service, replace_service

PUB, PID = ListType.PUB_EAA_PROVIDERS, ListType.PID_PROVIDERS


def information(body):
    return body["LoTE"]["ListAndSchemeInformation"]


def entity(body):
    return body["LoTE"]["TrustedEntitiesList"][0]


def service(body):
    return entity(body)["TrustedEntityServices"][0]


def verify(world, body, list_type=PUB):
    token = sign_list(body, world.signers[list_type], NOW - DAY)
    return verify_list(token, world.certificates(list_type), NOW)


@pytest.mark.parametrize("list_type", ListType)
def test_what_is_published_is_read_back(world, list_type):
    snapshot = verify_list(world.create_token(list_type), world.certificates(list_type), NOW)
    assert snapshot.list_type is list_type
    assert snapshot.entities == tuple(world.entities[list_type])
    assert (snapshot.issued_at, snapshot.next_update) == (NOW - DAY, NOW + 30 * DAY)
    assert snapshot.operator_names == ("Example List Operator",)
    assert snapshot.operator_contact == "mailto:lists@example.eu"
    assert snapshot.announced_signers == world.certificates(list_type)
    assert snapshot.warnings == ()


@pytest.mark.parametrize("list_type", ListType)
def test_an_empty_list_is_a_list(world, list_type):
    world.entities[list_type] = []
    assert world.snapshot(list_type).entities == ()


def test_history_is_read_back_with_identifiers_only(world, fund):
    old = StatusInterval(Status.NOTIFIED, NOW - 400 * DAY, frozenset({b"old key"}))
    listed = replace_service(create_entity(fund), ServiceKind.ISSUANCE, history=(old,))
    world.entities[PUB] = [listed]
    assert world.snapshot(PUB).entities[0].services[0].history == (old,)


def test_the_signature_is_compact_jades_with_pinned_signer(world):
    header = parse_jws(world.create_token(PUB)).header
    signer = world.certificates(PUB)[0]
    assert header == {
        "alg": "ES256",
        "x5c": create_x5c([signer]),
        "x5t#S256": create_x5t_s256(signer),
        "iat": NOW - DAY,
    }


def test_a_list_signed_by_a_key_behind_the_pinned_certificate_only_in_name(world):
    impostor = KeySigner(create_key(), world.certificates(PUB))
    token = sign_list(world.create_body(PUB), impostor, NOW - DAY)
    with pytest.raises(SignatureError):
        verify_list(token, world.certificates(PUB), NOW)


def test_a_self_made_signer_of_the_same_name_is_not_pinned(world):
    authority = create_authority("Example List Operator", "EU", "List CA", NOW - 500 * DAY)
    impostor = create_signer(authority, "Example List Operator", "EU", PUB, NOW - 500 * DAY)
    token = sign_list(world.create_body(PUB), impostor, NOW - DAY)
    with pytest.raises(UntrustedIssuerError) as raised:
        verify_list(token, world.certificates(PUB), NOW)
    assert raised.value.code == "list_signer_not_pinned"


def test_a_list_that_vouches_for_its_own_signer_is_not_believed(world):
    """The pointer to itself and the header name the new key; only the anchors count."""
    other = create_signer(world.authority, "Example List Operator", "EU", "new", NOW - 10 * DAY)
    body = world.create_body(PID, signers=other.certificates)
    with pytest.raises(UntrustedIssuerError):
        verify_list(sign_list(body, other, NOW - DAY), world.certificates(PID), NOW)


HEADERS = {
    "no-x5t": ({"x5t#S256": None}, MalformedError),
    "foreign-x5t": ({"x5t#S256": "A" * 43}, UntrustedIssuerError),
    "foreign-x5c": ({"x5c": ["AAAA"]}, UntrustedIssuerError),
    "no-iat": ({"iat": None}, MalformedError),
    "float-iat": ({"iat": float(NOW - DAY)}, MalformedError),
    "text-iat": ({"iat": "2026-09-01T00:00:00Z"}, MalformedError),
    "bool-iat": ({"iat": True}, MalformedError),
    "future-iat": ({"iat": NOW + 3600}, VerificationError),
    "iat-before-signer": ({"iat": NOW - 600 * DAY}, VerificationError),
    "sigT": ({"sigT": "2026-09-01T00:00:00Z"}, MalformedError),
    "crit": ({"crit": ["sigT"]}, MalformedError),
    "b64": ({"b64": False}, MalformedError),
    "jku": ({"jku": "https://example.eu/keys"}, MalformedError),
    "x5u": ({"x5u": "https://example.eu/cert"}, MalformedError),
    "jwk": ({"jwk": {}}, MalformedError),
}


@pytest.mark.parametrize("name", HEADERS)
def test_header_faults_are_refused(world, name):
    changes, error = HEADERS[name]
    signer = world.certificates(PUB)[0]
    header = {"x5c": create_x5c([signer]), "x5t#S256": create_x5t_s256(signer), "iat": NOW - DAY}
    header = {k: v for k, v in {**header, **changes}.items() if v is not None}
    token = create_jws(header, create_json(world.create_body(PUB)), world.signers[PUB])
    with pytest.raises(error):
        verify_list(token, world.certificates(PUB), NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "ES384", "EdDSA"])
def test_another_algorithm_than_the_key_has(world, algorithm):
    class Claiming:
        certificates = world.certificates(PUB)
        sign = world.signers[PUB].sign

    Claiming.algorithm = algorithm
    token = sign_list(world.create_body(PUB), Claiming(), NOW - DAY)
    with pytest.raises(SignatureError):
        verify_list(token, world.certificates(PUB), NOW)


def test_changed_payload(world):
    header, payload, signature = world.create_token(PUB).split(".")
    body = world.create_body(PUB)
    information(body)["LoTESequenceNumber"] = 99
    payload = encode_base64url(create_json(body))
    with pytest.raises(SignatureError):
        verify_list(f"{header}.{payload}.{signature}", world.certificates(PUB), NOW)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_flipped_character_is_refused(good_world, data):
    token = good_world.create_token(PUB)
    position = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_.="))
    if letter == token[position]:
        return
    spoiled = token[:position] + letter + token[position + 1 :]
    with pytest.raises(EsspassError):
        verify_list(spoiled, good_world.certificates(PUB), NOW)


def test_signer_of_another_territory(world):
    signer = create_signer(world.authority, "Example List Operator", "LT", PUB, NOW - 500 * DAY)
    token = sign_list(world.create_body(PUB), signer, NOW - DAY)
    with pytest.raises(VerificationError) as raised:
        verify_list(token, signer.certificates, NOW)
    assert raised.value.code == "list_signer_mismatch"


def test_signer_of_another_operator(world):
    signer = create_signer(world.authority, "Another Operator", "EU", PUB, NOW - 500 * DAY)
    token = sign_list(world.create_body(PUB), signer, NOW - DAY)
    with pytest.raises(VerificationError) as raised:
        verify_list(token, signer.certificates, NOW)
    assert raised.value.code == "list_signer_mismatch"


def test_a_ca_key_does_not_sign_lists(world):
    ca = KeySigner(world.authority.private_key, (world.authority.certificate,))
    token = sign_list(world.create_body(PUB), ca, NOW - DAY)
    with pytest.raises(VerificationError) as raised:
        verify_list(token, ca.certificates, NOW)
    assert raised.value.code == "list_signer_unsuitable"


def test_a_list_of_tomorrow(world):
    body = world.create_body(PUB, issued_at=NOW + DAY)
    token = sign_list(body, world.signers[PUB], NOW - DAY)
    with pytest.raises(VerificationError) as raised:
        verify_list(token, world.certificates(PUB), NOW)
    assert raised.value.code == "list_from_future"


def _unordered(body):
    one = copy.deepcopy(service(body)["ServiceInformation"])
    for name in ("ServiceTypeIdentifier", "ServiceName"):
        one.pop(name)
    return {
        **one,
        "ServiceName": service(body)["ServiceInformation"]["ServiceName"],
        "ServiceDigitalIdentity": {"X509SKIs": ["AAAA"]},
    }


def history_newer_than_present(body):
    service(body)["ServiceHistory"] = [
        {**_unordered(body), "StatusStartingTime": "2029-01-01T00:00:00Z"}
    ]


def history_out_of_order(body):
    starts = ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
    service(body)["ServiceHistory"] = [
        {**_unordered(body), "StatusStartingTime": start} for start in starts
    ]


def history_with_certificate(body):
    identity = service(body)["ServiceInformation"]["ServiceDigitalIdentity"]
    service(body)["ServiceHistory"] = [
        {
            **_unordered(body),
            "StatusStartingTime": "2020-01-01T00:00:00Z",
            "ServiceDigitalIdentity": identity,
        }
    ]


def two_keys_in_one_identity(body):
    services = entity(body)["TrustedEntityServices"]
    own, other = (
        s["ServiceInformation"]["ServiceDigitalIdentity"]["X509Certificates"] for s in services
    )
    own.extend(other)


def same_key_under_two_bodies(body):
    other = copy.deepcopy(entity(body))
    other["TrustedEntityInformation"]["TEName"][0]["value"] = "Somebody else"
    body["LoTE"]["TrustedEntitiesList"].append(other)


def set_information(name, value):
    def spoil(body):
        information(body)[name] = value

    return spoil


def set_service(name, value):
    def spoil(body):
        service(body)["ServiceInformation"][name] = value

    return spoil


def drop_information(name):
    def spoil(body):
        information(body).pop(name)

    return spoil


def drop_service(name):
    def spoil(body):
        service(body)["ServiceInformation"].pop(name)

    return spoil


SVC = "http://uri.etsi.org/19602/SvcType/"
SPOILED = {
    "history-newer-than-present": history_newer_than_present,
    "history-out-of-order": history_out_of_order,
    "history-with-certificate": history_with_certificate,
    "two-keys-in-one-identity": two_keys_in_one_identity,
    "same-key-under-two-bodies": same_key_under_two_bodies,
    "fractional-issue-date": set_information("ListIssueDateTime", "2026-09-20T00:00:00.5Z"),
    "offset-date": set_information("NextUpdate", "2027-01-01T00:00:00+02:00"),
    "impossible-date": set_information("NextUpdate", "2027-02-30T00:00:00Z"),
    "next-before-issue": set_information("NextUpdate", "2020-01-01T00:00:00Z"),
    "fractional-status-date": set_service("StatusStartingTime", "2026-01-01T00:00:00.000Z"),
    "status-of-119612": set_service(
        "ServiceStatus", "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
    ),
    "service-of-another-list": set_service("ServiceTypeIdentifier", SVC + "PID/Issuance"),
    "no-status": drop_service("ServiceStatus"),
    "no-status-date": drop_service("StatusStartingTime"),
    "no-certificates": set_service("ServiceDigitalIdentity", {"X509SKIs": ["AAAA"]}),
    "broken-certificate": set_service(
        "ServiceDigitalIdentity", {"X509Certificates": [{"val": "AAAA"}]}
    ),
    "unknown-service-member": set_service("Surprise", 1),
    "version-2": set_information("LoTEVersionIdentifier", 2),
    "version-true": set_information("LoTEVersionIdentifier", True),
    "sequence-zero": set_information("LoTESequenceNumber", 0),
    "sequence-true": set_information("LoTESequenceNumber", True),
    "sequence-text": set_information("LoTESequenceNumber", "1"),
    "sequence-float": set_information("LoTESequenceNumber", 1.0),
    "unknown-type": set_information("LoTEType", "http://uri.etsi.org/19602/LoTEType/Other"),
    "type-not-text": set_information("LoTEType", ["x"]),
    "history-not-for-ever": set_information("HistoricalInformationPeriod", 365),
    "no-history-period": drop_information("HistoricalInformationPeriod"),
    "pointer-in-annex-h": set_information("PointersToOtherLoTE", []),
    "unknown-member": set_information("Surprise", 1),
    "critical-extension": set_information("SchemeExtensions", [{"critical": True}]),
    "no-operator": drop_information("SchemeOperatorName"),
    "empty-operator": set_information("SchemeOperatorName", []),
    "territory-lower": set_information("SchemeTerritory", "eu"),
    "empty-entities": lambda body: body["LoTE"].update(TrustedEntitiesList=[]),
    "no-services": lambda body: entity(body).update(TrustedEntityServices=[]),
    "second-root": lambda body: body.update(signature={}),
    "no-role": lambda body: entity(body)["TrustedEntityInformation"].update(
        TEInformationURI=[{"lang": "en", "uriValue": "https://a.example"}],
        TEAddress={
            **entity(body)["TrustedEntityInformation"]["TEAddress"],
            "TEElectronicAddress": [{"lang": "en", "uriValue": "mailto:a@a.example"}],
        },
    ),
    "name-not-text": lambda body: entity(body)["TrustedEntityInformation"].update(
        TEName=[{"lang": "en", "value": 7}]
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_properly_signed_list_that_breaks_the_rules_is_refused(world, name):
    body = world.create_body(PUB)
    SPOILED[name](body)
    with pytest.raises(MalformedError):
        verify(world, body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ServiceStatus", "http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/notified"),
        ("StatusStartingTime", "2026-01-01T00:00:00Z"),
    ],
)
def test_lists_without_status_must_not_have_one(world, name, value):
    body = world.create_body(PID)
    set_service(name, value)(body)
    with pytest.raises(MalformedError):
        verify(world, body, PID)


def test_lists_without_status_must_not_have_a_history(world):
    for spoil in (
        set_information("HistoricalInformationPeriod", 65535),
        lambda body: service(body).update(ServiceHistory=[{}]),
    ):
        body = world.create_body(PID)
        spoil(body)
        with pytest.raises(MalformedError):
            verify(world, body, PID)


def test_duplicate_members_are_refused(world):
    payload = create_json(world.create_body(PUB))
    doubled = payload.replace(
        b'"LoTESequenceNumber":1', b'"LoTESequenceNumber":2,"LoTESequenceNumber":1'
    )
    assert doubled != payload
    with pytest.raises(MalformedError):
        parse_list(doubled)


def test_more_than_six_months_is_a_warning(world):
    snapshot = world.snapshot(PUB, next_update=NOW + 300 * DAY)
    assert snapshot.warnings == ("next_update_over_six_months",)


def test_no_pointer_to_itself_is_a_warning(world):
    body = world.create_body(PID)
    information(body).pop("PointersToOtherLoTE")
    assert verify(world, body, PID).warnings == ("no_pointer_to_itself",)


def test_greece_is_spelled_el_in_lists_and_gr_in_code(world, fund):
    greek = replace(create_entity(fund), country="GR")
    world.entities[PUB] = [greek]
    uris = entity(world.create_body(PUB))["TrustedEntityInformation"]["TEInformationURI"]
    assert uris[-1]["uriValue"].endswith("/PubEAAProvider/EL")
    assert world.snapshot(PUB).entities[0].country == "GR"


def test_a_rolled_signer_is_announced_in_both_kinds_of_list(world):
    following = create_signer(world.authority, "Example List Operator", "EU", "next", NOW - DAY)
    for list_type in (PUB, PID):
        signers = (*world.certificates(list_type), *following.certificates)
        assert world.snapshot(list_type, signers=signers).announced_signers == signers


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (-1, Freshness.FRESH),
        (0, Freshness.GRACE),
        (7 * DAY - 1, Freshness.GRACE),
        (7 * DAY, Freshness.EXPIRED),
    ],
)
def test_freshness(moment, expected):
    assert freshness(NOW, NOW + moment) is expected


def test_a_list_without_next_update_is_closed(world):
    snapshot = world.snapshot(PUB, next_update=None)
    assert freshness(snapshot.next_update, NOW) is Freshness.CLOSED


def test_the_commissions_mock_list_is_read(shared_data):
    """Real input: no pointer, EL for Greece, one certificate with unreadable extensions."""
    snapshot = parse_list((shared_data / "trust/Mock_PID_Provider_List_v0.0.2.json").read_bytes())
    assert snapshot.list_type is PID
    assert len(snapshot.entities) == 15
    assert {e.name: e.country for e in snapshot.entities}["GRNET"] == "GR"
    assert snapshot.warnings == ("no_pointer_to_itself",)
    assert all(s.kind is ServiceKind.ISSUANCE for e in snapshot.entities for s in e.services)


def test_limits(world):
    many = [{"lang": "en", "value": "x"}] * 101
    body = world.create_body(PUB)
    set_information("SchemeName", many)(body)
    with pytest.raises(MalformedError):
        verify(world, body)
    with pytest.raises(MalformedError):
        verify_list("e30." + "A" * (8 * 1024 * 1024) + ".AA", world.certificates(PUB), NOW)


def test_key_order_and_json_are_what_the_standard_calls_them(world):
    body = json.loads(create_json(world.create_body(PUB)))
    assert list(body) == ["LoTE"]
    assert information(body)["HistoricalInformationPeriod"] == 65535
    assert (
        information(body)["LoTEType"] == "http://uri.etsi.org/19602/LoTEType/EUPubEAAProvidersList"
    )
    assert service(body)["ServiceInformation"]["ServiceTypeIdentifier"] == SVC + "PubEAA/Issuance"
    pid = information(world.create_body(PID))
    assert "HistoricalInformationPeriod" not in pid
    assert (
        pid["PointersToOtherLoTE"][0]["LoTELocation"]
        == "https://lists.example.eu/pid-providers.jwt"
    )
    assert pid["SchemeTypeCommunityRules"][0]["uriValue"].endswith("/PIDProviders/schemerules/EU")


def test_several_certificates_with_one_key_and_subject_are_one_identity(world, fund):
    twin = (
        x509.CertificateBuilder()
        .subject_name(fund.issuance.certificate.subject)
        .issuer_name(fund.issuance.certificate.subject)
        .public_key(fund.issuance.private_key.public_key())
        .serial_number(7)
        .not_valid_before(fund.issuance.certificate.not_valid_before_utc)
        .not_valid_after(fund.issuance.certificate.not_valid_after_utc)
        .sign(fund.issuance.private_key, fund.issuance.certificate.signature_hash_algorithm)
    )
    service_ = create_service(
        ServiceKind.ISSUANCE, [fund.issuance.certificate, twin], Status.NOTIFIED, NOW - 300 * DAY
    )
    world.entities[PUB] = [replace(create_entity(fund), services=(service_,))]
    assert world.snapshot(PUB).entities[0].services[0].certificates == (
        fund.issuance.certificate,
        twin,
    )
