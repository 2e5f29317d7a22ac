"""The client flow of OpenID4VCI against a simulated issuer over real HTTP."""

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.errors import EsspassError, MalformedError, ProtocolError, VerificationError
from esspass.sdjwt import parse_sd_jwt_vc
from tests.simulators.issuer import visit
from wallet.history import Event
from wallet.issuance import Received
from wallet.receiving import RefusedCredentialError


def held(wallet, holder):
    return wallet.credentials.of_holder(holder.id)


def test_an_offer_by_value_becomes_a_card(wallet, holder, issuer, now):
    received = wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
    (card,) = held(wallet, holder)
    assert received == Received((card.id,))
    assert (card.vct, card.copies) == (EHIC, 3)
    assert card.provenance.issuer_name == issuer.body.name
    assert issuer.seen["notifications"] == [("note-1", "credential_accepted")]
