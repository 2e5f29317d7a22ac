"""The demo world's processes: started together, waited for, stopped together."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from esspass.errors import UnavailableError
from esspass.fetch import Fetcher

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_PORTS = range(12_000, 32_000)
_PORT_TRIES = 100


@dataclass(frozen=True)
class Service:
    """One app instance: what to serve, where, with which environment.

    ``tls`` are the PEM files of certificate and key, for https.
    """

    name: str
    app: str
    base_url: str
    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    tls: tuple[Path, Path] | None = None
    workers: int = 1

    @property
    def port(self) -> int:
        """The port in its address."""
        return urlsplit(self.base_url).port or 0

    @property
    def log(self) -> Path:
        """Where the process writes what it has to say."""
        return self.folder / "log"

    def command(self) -> list[str]:
        """Return the command line that serves it."""
        options = ["--port", str(self.port), "--workers", str(self.workers), *self._tls_options()]
        return [sys.executable, "-m", "esspass.cli", "serve", self.app, *options]

    @property
    def readiness(self) -> str:
        """The page that says when it is ready."""
        return f"{self.base_url}/readyz"

    def _tls_options(self) -> list[str]:
        if self.tls is None:
            return []
        certificate, key = self.tls
        return ["--tls-certificate", str(certificate), "--tls-key", str(key)]


@dataclass(frozen=True)
class Worker(Service):
    """What an app does without being asked, beside the process that serves it."""

    def command(self) -> list[str]:
        """Return the command line that works."""
        return [sys.executable, "-m", "esspass.cli", self.app, "work"]

    @property
    def log(self) -> Path:
        """Where the process writes what it has to say."""
        return self.folder / "worker-log"

    @property
    def readiness(self) -> str:
        """Its app's page, since it answers nobody itself."""
        return f"{self.base_url}/workz"


def free_ports(count: int) -> list[int]:
    """Find ``count`` neighbouring loopback ports that nobody uses now.

    They lie below those the system gives to outgoing connections, which could take them at any
    moment. Raises UnavailableError when there are none.
    """
    for _ in range(_PORT_TRIES):
        first = _PORTS.start + secrets.randbelow(len(_PORTS) - count)
        ports = list(range(first, first + count))
        if all(_is_free(port) for port in ports):
            return ports
    raise UnavailableError("there are no free ports side by side", code="no_ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def busy_ports(ports: Sequence[int]) -> list[int]:
    """Return those of ``ports`` that something listens on already."""
    return [port for port in ports if _answers(port)]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(services: Sequence[Service], fetcher: Fetcher) -> Iterator[dict[str, Process]]:
    """Run the services until the block ends; raises UnavailableError when one does not start."""
    processes = {service.name: Process(service) for service in services}
    try:
        for process in processes.values():
            process.start()
        for process in processes.values():
            process.wait_until_ready(fetcher)
        yield processes
    finally:
        for process in processes.values():
            process.signal_stop()
        for process in processes.values():
            process.stop()


class Process:
    """One running service, which can be stopped and started again."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it becomes the leader of a process group of its own."""
        self.service.folder.mkdir(parents=True, exist_ok=True)
        with self.service.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.service.command(),
                env={**os.environ, **self.service.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self, fetcher: Fetcher) -> None:
        """Wait for its readiness page. Raises UnavailableError with the end of its log."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._popen is None or self._popen.poll() is not None:
                break
            try:
                fetcher.get(self.service.readiness).require(200)
            except UnavailableError:
                time.sleep(0.1)
            else:
                return
        raise UnavailableError(f"{self.service.name} did not start:\n{self._last_words()}")

    def _last_words(self) -> str:
        return self.service.log.read_text(errors="replace")[-2000:]

    def signal_stop(self) -> None:
        """Ask it to stop."""
        if self._popen is not None and self._popen.poll() is None:
            self._popen.terminate()

    def kill(self) -> bool:
        """Kill it and its workers outright, in the middle of whatever; say whether it still ran."""
        if self._popen is None or self._popen.poll() is not None:
            return False
        os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        return True

    def stop(self) -> None:
        """Ask it to stop and wait; kill it if it does not."""
        self.signal_stop()
        if self._popen is not None:
            try:
                self._popen.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
