"""Start an app under granian, the production server: one process per core, threads in each."""

from __future__ import annotations

import errno
import logging
import socket
from dataclasses import dataclass
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels

from esspass.errors import EsspassError

_THREADS = 8


class ServeError(EsspassError):
    """The server cannot start."""

    code = "cannot_serve"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how a server listens; certificate and key are PEM files, given together."""

    address: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    certificate: Path | None = None
    key: Path | None = None


def serve(module_name: str, listening: Listening) -> None:
    """Serve ``app_from_environ`` of a module until a signal ends it. Raises ServeError.

    Migrations have been applied before: two processes that start together would race.
    """
    _check_address(listening)
    _check_tls(listening)
    logging.getLogger("esspass").setLevel(logging.WARNING)
    Granian(
        f"{module_name}:app_from_environ",
        address=listening.address,
        port=listening.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=listening.workers,
        blocking_threads=_THREADS,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
        ssl_cert=listening.certificate,
        ssl_key=listening.key,
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve()


def _check_address(listening: Listening) -> None:
    """Try the port first: the workers' own failure would be a stack trace."""
    where = f"{listening.address}:{listening.port}"
    try:
        family, kind, _, _, target = socket.getaddrinfo(
            listening.address, listening.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"{where} is in use by another program; stop it or choose another port",
                code="port_in_use",
            ) from error
        raise ServeError(f"cannot listen on {where}", code="cannot_listen") from error


def _check_tls(listening: Listening) -> None:
    if (listening.certificate is None) != (listening.key is None):
        raise ServeError("TLS needs a certificate and a key", code="tls_incomplete")
    for path in (listening.certificate, listening.key):
        if path is not None and not path.is_file():
            raise ServeError("the TLS certificate or key is not a file", code="tls_missing")
