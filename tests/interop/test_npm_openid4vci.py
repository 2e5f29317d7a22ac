"""npm ``@openid4vc/openid4vci`` (OpenWallet Foundation) obtains credentials from our issuers."""

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.sdjwt import parse_sd_jwt_vc, verify_sd_jwt_vc
from tests.interop.conftest import OutsideWallet
from tests.interop.npm import NEEDS_NODE
from tests.interop.outsiders import create_outsider, run_trust

pytestmark = NEEDS_NODE


def verify_received(answer, vct, citizen):
    """The credential is genuine, bound to the wallet's key, about the right person."""
    (text,) = answer["credentials"]
    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(text))
    holder = {name: answer["holder"][name] for name in ("kty", "crv", "x", "y")}
    assert (verified.vct, verified.holder_jwk) == (vct, holder)
    assert citizen.person.pin in str(verified.claims)
    assert answer["notified"] is None or answer["notified"] == 204


def test_pre_authorized_code_with_transaction_code(outside_wallet):
    answer = outside_wallet.obtain("issuer-lt", "pensioner", EHIC, "ehic", tx_code=True)
    verify_received(answer, EHIC, outside_wallet.cast.citizens["pensioner"])


def test_pre_authorized_code_and_attestation_proof(outside_wallet):
    answer = outside_wallet.obtain("issuer-lt", "driver", PDA1_EUDI, "pda1", proof="attestation")
    verify_received(answer, PDA1_EUDI, outside_wallet.cast.citizens["driver"])


@pytest.mark.parametrize(
    ("office", "vct", "kind"),
    [("issuer-lt", PDA1_WEBUILD, "pda1"), ("identity-lt", PID, "pid")],
    ids=["choosing the eID", "only the eID"],
)
def test_authorization_code_with_demo_eid(outside_wallet, office, vct, kind):
    answer = outside_wallet.obtain(office, "driver", vct, kind, eid=True)
    verify_received(answer, vct, outside_wallet.cast.citizens["driver"])


def test_a_wrong_transaction_code_is_refused(outside_wallet):
    answer = outside_wallet.obtain(
        "issuer-lt", "pensioner", EHIC, "ehic", tx_code=True, typed="000"
    )
    assert answer["refused"]["error"] == "invalid_grant"


def test_a_provider_is_refused_until_it_is_admitted(cast, tmp_path):
    wallet = OutsideWallet(cast, create_outsider(tmp_path, "Unknown Wallets", "SE"))
    refused = wallet.obtain("issuer-lt", "pensioner", EHIC, "ehic", tx_code=True)["refused"]
    assert refused["error"] == "invalid_client_attestation"
    refused = wallet.obtain("issuer-lt", "driver", PDA1_WEBUILD, "pda1", eid=True)["refused"]
    assert refused["error"] == "invalid_client_attestation"
    run_trust(cast.world, "add-wallet-provider", wallet.provider.pem)
    answer = wallet.obtain("issuer-lt", "pensioner", EHIC, "ehic", tx_code=True)
    verify_received(answer, EHIC, cast.citizens["pensioner"])
