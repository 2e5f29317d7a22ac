"""What the scan page is made of: every file it needs, and a digest by which a copy is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KERNEL_PREFIX, _OWN_PREFIX = "/static/esspass/", "/static/"
_KERNEL = (
    "app.js", "govuk-frontend.js", "govuk-frontend.css", "theme.css", "icon.svg", "scan.js",
    "jsQR.js", "fonts", "vendor",
)  # fmt: skip
_OWN = ("scan", "decision", "verifier.css")
_SUFFIXES = frozenset({".js", ".mjs", ".css", ".svg", ".png", ".wasm", ".woff2", ".json"})
_NOT_PAGE = "sw.js"  # browsers keep the script of a service worker themselves


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """The folders behind ``/static/`` of the verifier and of the kernel."""

    own: Path
    kernel: Path

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 in hex of every file, by its address."""
        return {
            f"{prefix}{path.relative_to(folder).as_posix()}": create_digest(path.read_bytes())
            for prefix, folder, names in (
                (_OWN_PREFIX, self.own, _OWN), (_KERNEL_PREFIX, self.kernel, _KERNEL),
            )
            for path in _list_files(folder, names)
        }  # fmt: skip


def create_digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def _list_files(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        root = folder / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.suffix in _SUFFIXES and path.name != _NOT_PAGE and path.is_file():
                yield path
