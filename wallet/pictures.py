"""Pictures of issuers, fetched once and kept: to look at a document never asks its issuer.

They are fetched when an offer is opened and when a document arrives, and only from an issuer that
a trusted certificate names: a logo lends a name to whoever shows it. Our own types have cards of
their own. A picture that cannot be had or believed is left out, and nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from esspass.attestations import attestation_types
from esspass.errors import EsspassError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.jose.jws import create_json, parse_json_object
from esspass.openid4vci.metadata import CredentialConfiguration, IssuerMetadata
from esspass.storage import Database, Row
from wallet.discovery import Party
from wallet.images import MAX_BYTES, SVG, Image, fetch_image, parse_image
from wallet.picture_references import (
    PictureReference,
    find_configuration_pictures,
    find_issuer_logo,
    find_type_pictures,
)
from wallet.sealing import SealingKey
from wallet.type_metadata import fetch_type_metadata

MIGRATIONS = {
    "wallet-pictures-001": """
        CREATE TABLE wallet_pictures (
            owner_id TEXT NOT NULL,
            name TEXT NOT NULL,
            holder_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            described TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            PRIMARY KEY (owner_id, name)
        )""",
}

FOREVER = 2**53
TIMEOUT = 3.0
_PLACEHOLDER = re.compile(rb"\{\{[A-Za-z0-9_-]{1,64}\}\}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A kept picture. ``name`` is its place, ``alts`` what it shows by language."""

    name: str
    image: Image = field(repr=False)
    alts: Mapping[str, str] = field(default_factory=dict)


def create_picture_fetcher(policy: FetchPolicy) -> Fetcher:
    """Fetch under the same policy, but little and not for long: a picture is never waited for."""
    return Fetcher(replace(policy, timeout=TIMEOUT, max_bytes=MAX_BYTES))


def fetch_pictures(
    party: Party, metadata: IssuerMetadata, configurations: Iterable[CredentialConfiguration],
    fetcher: Fetcher,
) -> list[Picture]:  # fmt: skip
    """Fetch the issuer's logo and the pictures of foreign types; what fails is left out.

    Those of a type are named after the place of its configuration: ``card-0``.
    """
    if not party.name:
        return []
    pictures = _fetch_all(find_issuer_logo(metadata.display), "", fetcher)
    for place, configuration in enumerate(configurations):
        if configuration.vct not in attestation_types():
            references = _find_references(configuration, fetcher)
            pictures += _fetch_all(references, f"-{place}", fetcher)
    return pictures


def _find_references(
    configuration: CredentialConfiguration, fetcher: Fetcher
) -> list[PictureReference]:
    """What the type says of itself goes before what the issuer says of it."""
    own = find_configuration_pictures(configuration.display)
    try:
        of_type = find_type_pictures(fetch_type_metadata(configuration.vct, {}, fetcher))
    except EsspassError:
        return own
    taken = {reference.role for reference in of_type}
    return of_type + [reference for reference in own if reference.role not in taken]


def _fetch_all(
    references: Iterable[PictureReference], suffix: str, fetcher: Fetcher
) -> list[Picture]:
    pictures = []
    for reference in references:
        try:
            image = _empty(fetch_image(reference.uri, reference.integrity, fetcher))
        except EsspassError:
            continue
        pictures.append(Picture(reference.role + suffix, image, reference.alts))
    return pictures


def _empty(image: Image) -> Image:
    """A template is shown without entries (section 8.1.2); what that leaves is verified anew."""
    if image.media_type != SVG:
        return image
    return parse_image(SVG, _PLACEHOLDER.sub(b"", image.body))


@dataclass(frozen=True, slots=True)
class Pictures:
    """The kept pictures of every holder's offers and documents; ``fetcher`` has tight limits."""

    database: Database
    server_key: SealingKey
    fetcher: Fetcher

    def keep(
        self, holder_id: str, owner_id: str, pictures: Iterable[Picture], now: int,
        expires_at: int = FOREVER,
    ) -> None:  # fmt: skip
        """Keep pictures for an offer or a document in the place of older ones; expired ones go."""
        with self.database.atomic():
            self.database.execute("DELETE FROM wallet_pictures WHERE expires_at < :now", now=now)
            self.delete(holder_id, owner_id)
            for picture in pictures:
                self._insert(holder_id, owner_id, picture, expires_at)

    def of_owner(self, holder_id: str, owner_id: str) -> dict[str, Mapping[str, str]]:
        """Return what pictures there are by name, with what they show by language."""
        rows = self.database.query(
            "SELECT name, described FROM wallet_pictures"
            " WHERE owner_id = :owner_id AND holder_id = :holder_id",
            owner_id=owner_id,
            holder_id=holder_id,
        )
        return {str(row["name"]): _read_described(row)["alts"] for row in rows}

    def get(self, holder_id: str, owner_id: str, name: str) -> Image | None:
        """Return one picture of this holder."""
        rows = self.database.query(
            "SELECT * FROM wallet_pictures"
            " WHERE owner_id = :owner_id AND name = :name AND holder_id = :holder_id",
            owner_id=owner_id,
            name=name,
            holder_id=holder_id,
        )
        if not rows:
            return None
        body = self.server_key.unseal(str(rows[0]["sealed"]), holder_id, owner_id, name)
        return Image(_read_described(rows[0])["media_type"], body)

    def delete(self, holder_id: str, owner_id: str) -> None:
        """Forget the pictures of an offer or a document."""
        self.database.execute(
            "DELETE FROM wallet_pictures WHERE owner_id = :owner_id AND holder_id = :holder_id",
            owner_id=owner_id,
            holder_id=holder_id,
        )

    def delete_all(self, holder_id: str) -> None:
        """Forget every picture of a holder."""
        self.database.execute(
            "DELETE FROM wallet_pictures WHERE holder_id = :holder_id", holder_id=holder_id
        )

    def _insert(self, holder_id: str, owner_id: str, picture: Picture, expires_at: int) -> None:
        described = {"media_type": picture.image.media_type, "alts": dict(picture.alts)}
        self.database.execute(
            "INSERT INTO wallet_pictures VALUES"
            " (:owner_id, :name, :holder_id, :sealed, :described, :expires_at)"
            " ON CONFLICT (owner_id, name) DO NOTHING",
            owner_id=owner_id,
            name=picture.name,
            holder_id=holder_id,
            sealed=self.server_key.seal(picture.image.body, holder_id, owner_id, picture.name),
            described=create_json(described).decode(),
            expires_at=expires_at,
        )


def _read_described(row: Row) -> dict[str, Any]:
    return parse_json_object(str(row["described"]))
