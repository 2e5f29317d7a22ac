"""What was handed over: an answer to a request, a code that was shown, or paper.

One JSON object of the contract between server, command line and browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError
from esspass.inspection.evidence import Binding, HolderBinding
from esspass.inspection.shown import ShownBinding, create_shown_digest
from esspass.qr import FrameCollector, QrContent, read_qr_text
from esspass.qr.frames import MAX_FRAMES

ONLINE, QR, PAPER = "online", "qr", "paper"
MAX_TEXT = 512 * 1024
_MEMBERS = frozenset({"medium", "text", "binding", "pid", "purpose"})


@dataclass(frozen=True, slots=True)
class Submission:
    """``text`` is an SD-JWT+KB, or the text of a QR code (of a sequence: one frame a line).

    ``binding`` is that of the request, online; ``pid`` an SD-JWT+KB bound in the same way.
    """

    medium: str
    text: str = field(repr=False)
    binding: Binding | None = None
    pid: str | None = field(default=None, repr=False)
    purpose: str = ""

    def create_binding(self, seen: AbstractSet[str]) -> HolderBinding:
        """Return how presentations in it must be bound."""
        return self.binding or ShownBinding(self.purpose, seen)

    def binding_digest(self) -> str:
        """Return the digest of its proof of possession (``seen`` of ``decide``); empty without."""
        text = self.text
        if self.medium != ONLINE:
            try:
                text = read_code(text).presentation or ""
            except MalformedError:
                return ""
        binding = text.rpartition("~")[2]
        return create_shown_digest(binding) if binding else ""

    def as_json(self) -> dict[str, Any]:
        """Return the object ``parse_submission`` reads."""
        binding = self.binding
        request = {"nonce": binding.nonce, "audience": binding.audience} if binding else None
        return {
            "medium": self.medium,
            "text": self.text,
            "binding": request,
            "pid": self.pid,
            "purpose": self.purpose,
        }


def parse_submission(value: Any) -> Submission:
    """Read a submission; nothing in it is looked at yet. Raises MalformedError."""
    if not isinstance(value, Mapping) or value.keys() - _MEMBERS:
        raise _bad("is no submission")
    medium, text, pid = value.get("medium"), value.get("text"), value.get("pid")
    purpose = value.get("purpose") or ""
    if medium not in (ONLINE, QR, PAPER):
        raise _bad("is of an unknown medium")
    if not isinstance(text, str) or not (pid is None or isinstance(pid, str)):
        raise _bad("holds no text")
    if len(text) > MAX_TEXT or len(pid or "") > MAX_TEXT:
        raise _bad("is too large")
    if not isinstance(purpose, str) or len(purpose) > 100:
        raise _bad("names no purpose")
    binding = _parse_binding(value.get("binding"))
    if (medium == ONLINE) != (binding is not None):
        raise _bad("must name a request exactly if there was one")
    return Submission(medium, text, binding, pid, purpose)


def read_code(text: str) -> QrContent:
    """Read a QR text, or join the frames of one. Raises MalformedError as ``read_qr_text``."""
    collector = FrameCollector()
    lines = text.split("\n") if text.startswith("ESF1:") else [text]
    if len(lines) > MAX_FRAMES * MAX_FRAMES:
        raise MalformedError("too many frames", code="too_large")
    for line in lines:
        content = read_qr_text(line)
        if content.frame is None:
            return content
        whole = collector.add(content.frame).text
        if whole is not None and not whole.startswith("ESF1:"):
            return read_qr_text(whole)
    raise MalformedError("frames are missing", code="torn")


def _parse_binding(value: Any) -> Binding | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.keys() != {"nonce", "audience"}:
        raise _bad("names no request")
    nonce, audience = value["nonce"], value["audience"]
    if not isinstance(nonce, str) or not isinstance(audience, str) or not nonce or not audience:
        raise _bad("names no request")
    return Binding(nonce, audience)


def _bad(what: str) -> MalformedError:
    return MalformedError(f"what was submitted {what}", code="bad_submission")
