"""Somebody else's keys: made here, never by the demo world, unknown to it until admitted."""

import time
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from demo.scenario import PACE_SECONDS
from esspass.keys.certificates import Authority, create_authority, create_signer, create_x5c
from esspass.keys.files import write_certificates
from esspass.keys.jwk import create_jwk, encode_base64url
from esspass.keys.signer import KeySigner
from esspass.trust.commands import trust


@dataclass(frozen=True)
class Outsider:
    """A body with a certification authority of its own; ``pem`` is that authority's file."""

    name: str
    authority: Authority
    signer: KeySigner
    pem: Path

    @property
    def key(self):
        """The private key and its chain, as the scripts take them."""
        private = self.signer.private_key.private_numbers().private_value.to_bytes(32, "big")
        jwk = {**create_jwk(self.signer.public_key), "d": encode_base64url(private)}
        return {"privateJwk": jwk, "x5c": create_x5c(self.signer.certificates)}


def create_outsider(folder, name, country):
    now = int(time.time())
    authority = create_authority(name, country, f"{name} CA", now)
    signer = create_signer(authority, name, country, "Keys", now)
    pem = folder / f"{name}.pem"
    write_certificates(pem, [authority.certificate])
    return Outsider(name, authority, signer, pem)


def run_trust(world, *arguments):
    """Run ``esspass trust`` on the world's operator; the apps know when this returns."""
    done = CliRunner().invoke(trust, ["--folder", str(world.operator), *map(str, arguments)])
    assert done.exit_code == 0, done.output
    time.sleep(PACE_SECONDS)
    return done.output
