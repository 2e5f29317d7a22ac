"""Holders with open keys, and the database they live in."""

from collections.abc import Mapping

from esspass.storage import Database, migrate
from wallet.credentials import Checked, Copy, Credentials, Provenance
from wallet.keys import Holder, HolderKeys, create_key_id
from wallet.schema import MIGRATIONS
from wallet.sealing import SealingKey

NOW = 1_790_000_000
SERVER_KEY = SealingKey(bytes(range(32)))
PRF = bytes(range(100, 132))


def create_wallet_tables(database: Database) -> Database:
    migrate(database, MIGRATIONS)
    return database


def create_headless_holder(database: Database, name: str = "jonas") -> Holder:
    return HolderKeys(database, SERVER_KEY).open_with_server_key(name, NOW)


def create_passkey_holder(database: Database, holder_id: str = "asta") -> Holder:
    return HolderKeys(database, SERVER_KEY).open_with_prf(holder_id, PRF, NOW)


def hold_copies(
    database: Database,
    holder: Holder,
    texts: Mapping[str, str] | None = None,
    vct: str = "urn:eudi:ehic:1",
) -> str:
    """Store a card; ``texts`` maps key id to copy, default two copies of made-up text."""
    keys = HolderKeys(database, SERVER_KEY)
    if texts is None:
        texts = {create_key_id(keys.create(holder, NOW)): f"copy {i}" for i in range(2)}
    copies = [Copy(key_id, text) for key_id, text in texts.items()]
    provenance = Provenance("https://issuer.example", "ehic", "Sodra (fictional)", "note-1")
    checked = Checked("PASSED", "", "", NOW)
    return Credentials(database, SERVER_KEY).add(holder.id, vct, copies, provenance, checked)
