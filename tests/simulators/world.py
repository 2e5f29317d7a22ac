"""A listed world of today: bodies whose names the demo people's documents carry."""

import time
from functools import cached_property

from esspass.keys.certificates import create_signer
from esspass.trust import ListType
from tests.builders.lists import DAY, EHIC, PDA1, ListWorld, authorize, create_body, create_entity

FUND, IDENTITY = "Pavyzdinė socialinio draudimo tarnyba", "Pavyzdinė asmens tapatybės tarnyba"
PDA1_FLAT = "urn:eudi:pda1:1"


class TodaysWorld:
    """Lists with a fund, an identity authority, a wallet provider and an access provider."""

    def __init__(self):
        self.now = int(time.time())
        began = self.now - 400 * DAY
        self.fund = create_body(FUND, "LT", "LT:90001", began)
        self.identity = create_body(IDENTITY, "LT", "LT:90004", began)
        self.wallet = create_body("Example Wallet Provider", "LT", "LT:90008", began)
        self.access = create_body("Example Access Certificates", "LT", "LT:90009", began)
        self.lists = ListWorld(self.now)
        self.lists.entities = {
            ListType.PUB_EAA_PROVIDERS: [create_entity(self.fund, starts=began)],
            ListType.PID_PROVIDERS: [create_entity(self.identity, status=None, starts=None)],
            ListType.WALLET_PROVIDERS: [create_entity(self.wallet, status=None, starts=None)],
            ListType.WRPAC_PROVIDERS: [create_entity(self.access, status=None, starts=None)],
        }
        self.lists.institutions = [authorize(self.fund, PDA1, PDA1_FLAT, EHIC, starts=began)]

    @cached_property
    def _view(self):
        return self.lists.view(self.now)

    def view(self, _now):
        """What ``TrustSource.view`` would give."""
        return self._view

    def create_access_signer(self, name, country="LT"):
        """An access certificate for a relying party or an issuer."""
        return create_signer(self.access.issuance, name, country, "access", self.now - DAY)
