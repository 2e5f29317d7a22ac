"""An outside wallet (npm ``@openid4vc``) that the running world has admitted."""

from dataclasses import dataclass

import pytest

from demo.actors import Cast
from tests.interop.npm import run_script
from tests.interop.outsiders import Outsider, create_outsider, run_trust


@dataclass(frozen=True)
class OutsideWallet:
    """A wallet of somebody else's, vouched for by ``provider``; ``obtain`` fills it."""

    cast: Cast
    provider: Outsider

    def obtain(self, office, person, vct, kind, *, eid=False, tx_code=False, typed=None, **options):
        """Take an offer of ``office``; return what the library got, or its refusal."""
        grant = "authorization" if eid else "pre-authorized"
        citizen = self.cast.citizens[person]
        offer = self.cast.office(office).offer(citizen, vct, kind, grant, tx_code=tx_code)
        given = {"offer": offer.uri, "provider": self.provider.key, **options}
        if offer.tx_code:
            given["tx_code"] = typed or offer.tx_code
        if eid:
            given["eid"] = self.cast.owner(person).eid_form()
        return run_script("openid4vci", given, ca_file=self.cast.world.ca_file)


@pytest.fixture(scope="session")
def outside_wallet(cast, tmp_path_factory):
    provider = create_outsider(tmp_path_factory.mktemp("wallet"), "Elsewhere Wallets", "FI")
    run_trust(cast.world, "add-wallet-provider", provider.pem)
    return OutsideWallet(cast, provider)
