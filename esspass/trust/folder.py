"""The list operator's folder: keys, state, an archive of all issues, and what is published.

    keys/        the operator's CA and every signing key, PEM
    state.json   what will be on the next issue of each list
    archive/     every issue ever signed, NAME-NUMBER.jwt
    published/   the newest issue of each list, NAME.jwt: serve this
    anchors.json what verifiers pin

A change is made under a lock and is in force once ``state.json`` is replaced; the other files are
derived from it, and made good on the next change if a crash left them behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esspass.errors import MalformedError
from esspass.jose.jws import parse_json_object
from esspass.keys.certificates import Authority
from esspass.keys.files import read_certificates, read_key, read_signer
from esspass.keys.signer import KeySigner
from esspass.trust.anchors import DIRECTORY, RULES, PinnedSource, TrustAnchors, create_trust_anchors
from esspass.trust.directory import Institution, parse_institution, write_institution
from esspass.trust.lote_parser import parse_entity
from esspass.trust.lote_writer import Scheme, write_entity
from esspass.trust.model import Contact, ListType, TrustedEntity
from esspass.trust.profiles import PROFILES

NAMES: tuple[str, ...] = (*(list_type.value for list_type in ListType), DIRECTORY, RULES)
"""All that is published; a folder made before there were rules has none until its key is made."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One list or statement: its last number and date, and its signing keys by file name.

    ``signers`` are all pinned, oldest first; ``active`` is the one that signs.
    """

    sequence_number: int
    issued_at: int
    signers: tuple[str, ...]
    active: str

    @property
    def announced(self) -> tuple[str, ...]:
        """The signer in use and those to come."""
        return self.signers[self.signers.index(self.active) :]


@dataclass(frozen=True, slots=True)
class OperatorState:
    """Everything an operator decided; ``PENDING`` dates become those of the next issue."""

    scheme: Scheme
    authority: str
    sources: Mapping[str, SourceState]
    entities: Mapping[ListType, tuple[TrustedEntity, ...]]
    institutions: tuple[Institution, ...]


class OperatorFolder:
    """Reads and writes the folder; one change at a time, also across processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one change. The lock ends with the process, however it ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def exists(self) -> bool:
        return (self.path / "state.json").exists()

    def read(self) -> OperatorState:
        """Read the state. Raises MalformedError (``no_trust_folder``)."""
        try:
            text = (self.path / "state.json").read_text("utf-8")
        except OSError as error:
            raise MalformedError(
                f"{self.path} holds no lists yet: run `esspass trust init` first",
                code="no_trust_folder",
            ) from error
        return _parse_state(parse_json_object(text))

    def write(self, state: OperatorState) -> None:
        """Put a new state in force, then everything that follows from it."""
        write_file(self.path / "state.json", json.dumps(_write_state(state), indent=1) + "\n")
        self.restore(state)

    def restore(self, state: OperatorState) -> None:
        """Make anchors and published files agree with the state, as after a crash."""
        _update_file(self.path / "anchors.json", create_trust_anchors(self.anchors(state)))
        for name, source in state.sources.items():
            if source.sequence_number:
                token = self.read_issue(name, source.sequence_number)
                _update_file(self.path / "published" / f"{name}.jwt", token)

    def anchors(self, state: OperatorState) -> TrustAnchors:
        """What verifiers should pin: every signer of each list, former ones for the archive."""
        return TrustAnchors({
            name: PinnedSource(
                f"{state.scheme.base_url}/{name}.jwt",
                tuple(self.read_signer(signer).certificates[0] for signer in source.signers),
            )
            for name, source in state.sources.items()
        })  # fmt: skip

    def read_signer(self, key_name: str) -> KeySigner:
        return read_signer(self.keys, key_name)

    def read_authority(self, state: OperatorState) -> Authority:
        key = read_key(self.keys / f"{state.authority}.key.pem")
        (certificate,) = read_certificates(self.keys / f"{state.authority}.cert.pem")
        return Authority(key, certificate)

    def write_issue(self, name: str, number: int, token: str) -> None:
        write_file(self._issue(name, number), token)

    def read_issue(self, name: str, number: int) -> str:
        """Return an archived token. Raises MalformedError when the file is gone."""
        try:
            return self._issue(name, number).read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise MalformedError(
                f"{self._issue(name, number)} is missing: restore it from a backup",
                code="archive_damaged",
            ) from error

    def _issue(self, name: str, number: int) -> Path:
        return self.path / "archive" / f"{name}-{number}.jwt"


def create_key_name(stem: str) -> str:
    """Return a file name no interrupted attempt can have used."""
    return f"{stem}-{secrets.token_hex(4)}"


def write_file(path: Path, text: str) -> None:
    """Replace a file at once: whoever reads it, also after a crash, sees old or new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _update_file(path: Path, text: str) -> None:
    if not path.exists() or path.read_text("utf-8") != text:
        write_file(path, text)


def _write_state(state: OperatorState) -> dict[str, Any]:
    scheme = state.scheme
    return {
        "operator": {
            "name": scheme.operator,
            "territory": scheme.territory,
            "base_url": scheme.base_url,
            "contact": _write_contact(scheme.contact),
        },
        "authority": state.authority,
        "sources": {
            name: {
                "sequence_number": source.sequence_number,
                "issued_at": source.issued_at,
                "signers": list(source.signers),
                "active": source.active,
            }
            for name, source in state.sources.items()
        },
        "entities": {
            list_type.value: [write_entity(PROFILES[list_type], entity) for entity in entities]
            for list_type, entities in state.entities.items()
        },
        "institutions": [write_institution(i) for i in state.institutions],
    }


def _parse_state(value: Mapping[str, Any]) -> OperatorState:
    try:
        operator = value["operator"]
        return OperatorState(
            scheme=Scheme(
                operator["name"],
                operator["territory"],
                operator["base_url"],
                Contact(**operator["contact"]),
            ),
            authority=value["authority"],
            sources={
                name: _parse_source(value["sources"][name])
                for name in NAMES
                if name != RULES or name in value["sources"]
            },
            entities={
                list_type: tuple(
                    parse_entity(PROFILES[list_type], entity)
                    for entity in value["entities"][list_type]
                )
                for list_type in ListType
            },
            institutions=tuple(parse_institution(i) for i in value["institutions"]),
        )
    except (KeyError, TypeError) as error:
        raise MalformedError("state.json of the trust folder is damaged") from error


def _parse_source(value: Mapping[str, Any]) -> SourceState:
    return SourceState(
        value["sequence_number"], value["issued_at"], tuple(value["signers"]), value["active"]
    )


def _write_contact(contact: Contact) -> dict[str, str]:
    return {
        "street": contact.street,
        "locality": contact.locality,
        "country": contact.country,
        "electronic": contact.electronic,
        "information": contact.information,
    }
