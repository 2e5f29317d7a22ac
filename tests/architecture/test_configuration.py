"""The README's table of settings and the code's reading of them are the same."""

import re
from pathlib import Path

import pytest

from esspass.web.centre import CentreConfig
from esspass.web.lists import ListsConfig
from issuer.config import IssuerConfig
from verifier.config import VerifierConfig
from wallet.config import WalletConfig

README = Path(__file__).resolve().parents[2] / "README.md"
ROW = re.compile(r"^\| `((?:ISSUER|WALLET|VERIFIER|LISTS|CENTRE)_[A-Z0-9_]+)` \|", re.MULTILINE)
CONFIGS = {
    "ISSUER": IssuerConfig,
    "WALLET": WalletConfig,
    "VERIFIER": VerifierConfig,
    "LISTS": ListsConfig,
    "CENTRE": CentreConfig,
}
VALUES = {"ISSUER_SIGN_IN": "pid,oidc"}
TEXT = ("_KEY", "_URL", "_FOLDER", "_ANCHORS", "_NAME", "_ID", "_COUNTRY", "_ISSUER", "_SECRET")


class Asked(dict):
    """An environment that notes what it was asked for."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def get(self, name, otherwise=None):
        self.names.add(name)
        return VALUES.get(name) or ("x" if name.endswith(TEXT) else otherwise)


def _documented(prefix):
    return {name for name in ROW.findall(README.read_text()) if name.startswith(f"{prefix}_")}


@pytest.mark.parametrize("prefix", CONFIGS)
def test_every_setting_stands_in_the_readme_and_no_other(prefix):
    environ = Asked()
    CONFIGS[prefix].from_environ(environ)
    assert environ.names == _documented(prefix)
