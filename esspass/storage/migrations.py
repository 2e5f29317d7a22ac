"""Schema migrations: named SQL statements, each applied once, in order."""

from __future__ import annotations

from collections.abc import Mapping

from esspass.storage.database import Database


def migrate(database: Database, migrations: Mapping[str, str]) -> list[str]:
    """Apply the pending ones, each in one transaction with the note of it; return their names.

    Run by a command before an app starts, never by the app itself: two processes starting
    together would race.
    """
    database.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
    return [name for name, sql in migrations.items() if _apply(database, name, sql)]


def _apply(database: Database, name: str, sql: str) -> bool:
    with database.atomic():
        noted = database.execute(
            "INSERT INTO migrations (name) VALUES (:name) ON CONFLICT DO NOTHING", name=name
        )
        if noted:
            database.execute(sql)
    return bool(noted)
