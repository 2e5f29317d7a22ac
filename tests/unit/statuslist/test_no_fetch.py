"""SL-09: parsing never fetches, so no address out of unauthenticated evidence is followed."""

import socket
import subprocess
import sys

import pytest

from esspass.sdjwt import parse_sd_jwt_vc, verify_sd_jwt_vc
from esspass.statuslist import (
    StatusList,
    create_status_list_token,
    parse_status_list_token,
    verify_status_list_token,
)
from tests.builders.credentials import NOW, STATUS_URI, create_credential, create_parties

PARTIES = create_parties()


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a format reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_sl_09_parse_and_verify_open_no_socket(no_network):
    vc = parse_sd_jwt_vc(create_credential(PARTIES))
    assert vc.status_reference.uri == STATUS_URI
    verify_sd_jwt_vc(vc)
    token = create_status_list_token(
        StatusList.empty(8, 1), STATUS_URI, PARTIES.status_signer, now=NOW, lifetime=60, ttl=60
    )
    verify_status_list_token(
        parse_status_list_token(token), PARTIES.status_signer.public_key, STATUS_URI, NOW
    )


@pytest.mark.parametrize("package", ["esspass.sdjwt", "esspass.statuslist"])
def test_sl_09_the_formats_do_not_even_load_an_http_client(package):
    code = f"import sys, {package}; sys.exit(any(m in sys.modules for m in ('requests', 'urllib3', 'http.client', 'esspass.fetch')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
