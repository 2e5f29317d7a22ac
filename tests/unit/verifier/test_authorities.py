"""Limiting a wallet's choice to listed issuers, and what that costs."""

import secrets
from dataclasses import replace

import pytest
from cryptography import x509

from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.keys.jwk import encode_base64url
from esspass.openid4vp.dcql import NoMatchError
from esspass.openid4vp.response import create_response
from esspass.trust import ListType, ServiceKind, Status, StatusInterval, TrustView
from esspass.verdict import Outcome
from tests.builders.lists import DAY, create_body, create_service, replace_service
from tests.builders.presentations import create_a1, create_ehic, create_pid
from tests.unit.verifier.conftest import Stage
from verifier.authorities import find_authority_keys


@pytest.fixture
def limited(database, tmp_path):
    return Stage(tmp_path, database, trusted_authorities=True)


def key_of(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return encode_base64url(extension.value.digest)


def ask(stage, kind="ehic", with_pid=True):
    started = stage.verifier.start(kind, now=stage.now, with_pid=with_pid)
    return started, stage.read_request(started.link)


def limits(request):
    return {
        credential.id: [(each.type, each.values) for each in credential.trusted_authorities]
        for credential in request.dcql_query.credentials
    }


def stranger_ehic(world):
    return world.issue(create_ehic(), EHIC, body=create_body("Stranger", "LT", "LT:9"))


def shown(stage, request, wallet, started):
    form = create_response(wallet.present(request, stage.now), request)
    stage.answer(request, form)
    return stage.verifier.result(started.id, stage.now).conclusion


def wallet_of_two(world):
    """The stranger's comes first: a wallet that is not told otherwise takes it."""
    return world.wallet(
        strange=stranger_ehic(world),
        good=world.issue(create_ehic(), EHIC),
        pid=world.issue(create_pid(), PID, index=8),
    )


@pytest.mark.parametrize(
    ("kind", "asked"),
    [("pda1", {"a1", "a1_flat", "pid", "pid_number"}), ("ehic", {"ehic", "pid_number"})],
)
def test_every_document_is_limited_to_its_own_list(limited, kind, asked):
    _, request = ask(limited, kind)
    fund, identity = (
        key_of(each.issuance.certificate) for each in (limited.world.fund, limited.world.identity)
    )
    assert set(limits(request)) == asked
    for name, limit in limits(request).items():
        listed = identity if name.startswith("pid") else fund
        assert [(kind, listed in values) for kind, values in limit] == [("aki", True)]
        assert (fund if listed == identity else identity) not in limit[0][1]


def test_nothing_is_limited_unless_it_is_wanted(stage):
    _, request = ask(stage)
    assert set(map(tuple, limits(request).values())) == {()}


def test_the_wallet_picks_the_listed_one_of_two(limited):
    started, request = ask(limited)
    found = shown(limited, request, wallet_of_two(limited.world), started)
    assert found.outcome is Outcome.PASSED


def test_without_the_limit_the_unlisted_one_gets_a_verdict(stage):
    started, request = ask(stage)
    found = shown(stage, request, wallet_of_two(stage.world), started)
    assert found.outcome is Outcome.FAILED
    assert [f.reason for f in found.findings if f.check == "trust"][:1] == ["unknown_issuer"]


def test_with_the_limit_an_unlisted_document_is_never_seen(limited):
    _, request = ask(limited, with_pid=False)
    wallet = limited.world.wallet(strange=stranger_ehic(limited.world))
    with pytest.raises(NoMatchError):
        wallet.present(request, limited.now)


def test_an_a1_is_shown_under_the_limit(limited):
    started, request = ask(limited, "pda1")
    world = limited.world
    wallet = world.wallet(
        a1=world.issue(create_a1(), PDA1_WEBUILD), pid=world.issue(create_pid(), PID, index=8)
    )
    assert shown(limited, request, wallet, started).outcome is Outcome.PASSED


def test_no_limit_while_the_lists_cannot_be_had(limited):
    limited.world.web.answers.clear()
    started, request = ask(limited, with_pid=False)
    assert limits(request) == {"ehic": []}
    wallet = limited.world.wallet(strange=stranger_ehic(limited.world))
    found = shown(limited, request, wallet, started)
    assert found.outcome is Outcome.INDETERMINATE


def test_no_limit_by_a_list_that_is_out_of_date(stage):
    view = stage.world.view()
    assert find_authority_keys(view, EHIC, stage.now)
    assert find_authority_keys(view, EHIC, stage.now + 40 * DAY) == ()
    assert find_authority_keys(TrustView({}), EHIC, stage.now) == ()


def listed(world, *entities):
    world.lists.entities[ListType.PUB_EAA_PROVIDERS] = list(entities)
    world.lists.publish()
    return world.view()


def test_former_keys_and_withdrawn_services_still_count(stage):
    world, former = stage.world, secrets.token_bytes(20)
    entity = world.lists.entities[ListType.PUB_EAA_PROVIDERS][0]
    before = StatusInterval(Status.NOTIFIED, stage.now - 300 * DAY, frozenset({former}))
    changed = replace_service(
        entity, ServiceKind.ISSUANCE,
        status=Status.WITHDRAWN, starts=stage.now - DAY, history=(before,),
    )  # fmt: skip
    keys = find_authority_keys(listed(world, changed), EHIC, stage.now)
    assert {encode_base64url(former), key_of(world.fund.issuance.certificate)} <= set(keys)


def test_a_key_for_statuses_is_no_authority_for_documents(stage):
    keys = find_authority_keys(stage.world.view(), EHIC, stage.now)
    assert key_of(stage.world.fund.revocation.certificate) not in keys


def test_a_listed_signer_is_found_by_the_authority_above_it(stage):
    world = stage.world
    entity = world.lists.entities[ListType.PUB_EAA_PROVIDERS][0]
    leaf = world.fund.attestation_signer.certificates[0]
    service = create_service(ServiceKind.ISSUANCE, [leaf], Status.NOTIFIED, stage.now - 300 * DAY)
    view = listed(world, replace(entity, services=(service, entity.services[1])))
    assert key_of(world.fund.issuance.certificate) in find_authority_keys(view, EHIC, stage.now)


@pytest.mark.parametrize(("count", "limited"), [(64, 64), (65, 0)])
def test_a_list_longer_than_a_query_limits_nothing(stage, count, limited):
    """Part of a list would hide good documents."""
    world = stage.world
    entity = world.lists.entities[ListType.PUB_EAA_PROVIDERS][0]
    own = len(find_authority_keys(world.view(), EHIC, stage.now))
    former = tuple(
        StatusInterval(
            Status.NOTIFIED, stage.now - (301 + n) * DAY, frozenset({secrets.token_bytes(20)})
        )
        for n in range(count - own)
    )
    changed = replace_service(entity, ServiceKind.ISSUANCE, history=former)
    assert len(find_authority_keys(listed(world, changed), EHIC, stage.now)) == limited
