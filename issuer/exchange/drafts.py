"""Messages that clerks are writing: what was typed, kept until it is sent or thrown away.

Whoever sends a draft takes it away in the transaction that sends, so it is sent once and never
lost. A draft that changed since it was looked at is not sent: its ``revision`` tells.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from esspass.errors import MalformedError, VerificationError
from esspass.exchange.envelope import MAX_MESSAGE_BYTES, create_digest
from esspass.exchange.wire import MAX_ATTACHMENTS, verify_file_name
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.storage import Database, Row
from issuer.bearer import hash_secret
from issuer.exchange.desk import NewAttachment

MIGRATIONS = {
    "issuer-exchange-drafts-001": """
        CREATE TABLE exchange_drafts (
            id TEXT PRIMARY KEY,
            clerk TEXT NOT NULL,
            clerk_name TEXT NOT NULL,
            case_type TEXT NOT NULL,
            case_id TEXT NOT NULL,
            sed TEXT NOT NULL,
            about TEXT NOT NULL,
            new_version BIGINT NOT NULL,
            form TEXT NOT NULL,
            revision BIGINT NOT NULL,
            saved_at BIGINT NOT NULL,
            proposed_at BIGINT,
            remark TEXT NOT NULL
        )""",
    "issuer-exchange-drafts-002": "CREATE INDEX exchange_drafts_case ON exchange_drafts (case_id)",
    "issuer-exchange-drafts-003": "CREATE INDEX exchange_drafts_clerk ON exchange_drafts (clerk)",
    "issuer-exchange-draft-files-001": """
        CREATE TABLE exchange_draft_files (
            draft_id TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (draft_id, sha256)
        )""",
}
KEPT_SECONDS = 90 * 86400
MAX_REMARK = 500
_MAX_ID = 64
_SHOWN = 100


class UnknownDraftError(VerificationError):
    """There is no such draft: it was sent, thrown away, or is somebody else's."""

    code = "unknown_draft"


class ChangedDraftError(VerificationError):
    """The draft was changed, sent or thrown away since it was looked at."""

    code = "draft_changed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft belongs: the message, its case (empty if it opens one), what it is about."""

    case_type: str
    sed: str
    case_id: str = ""
    about: str = ""
    update: bool = False


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft: ``form`` is what was typed by field; ``remark`` is why it was sent back.

    ``proposed_at`` is when the clerk put it before a second person; None while it is written.
    """

    id: str
    clerk: str
    clerk_name: str = field(repr=False)
    place: Place
    form: Mapping[str, Sequence[str]] = field(repr=False)
    revision: int
    saved_at: int
    proposed_at: int | None = None
    remark: str = field(default="", repr=False)


def name_draft(clerk: str, place: Place) -> str:
    """Return the id of a clerk's only draft at a place in a case."""
    parts = (clerk, place.case_id, place.sed, place.about, str(place.update))
    return hash_secret(json.dumps(parts))


@dataclass(frozen=True, slots=True)
class Drafts:
    """All drafts of the institution."""

    database: Database

    def save(
        self,
        draft_id: str,
        place: Place,
        form: Mapping[str, Sequence[str]],
        clerk: tuple[str, str],
        now: int,
        *,
        files: Sequence[NewAttachment] = (),
        dropped: Collection[str] = (),
    ) -> KeptDraft:
        """Keep what ``clerk`` (id, name) typed; what was proposed is so no longer.

        ``files`` come on top of those kept, less the ``dropped`` (SHA-256). Raises MalformedError,
        UnknownDraftError when the id is another clerk's.
        """
        if not 0 < len(draft_id) <= _MAX_ID:
            raise MalformedError("the draft has no usable id", code="unknown_draft")
        with self.database.atomic():
            if not self._write(draft_id, place, form, clerk, now):
                raise UnknownDraftError
            self._keep_files(draft_id, files, dropped)
        return self.get(draft_id)

    def _write(
        self,
        draft_id: str,
        place: Place,
        form: Mapping[str, Sequence[str]],
        clerk: tuple[str, str],
        now: int,
    ) -> int:
        return self.database.execute(
            "INSERT INTO exchange_drafts (id, clerk, clerk_name, case_type, case_id, sed,"
            " about, new_version, form, revision, saved_at, remark) VALUES (:id, :clerk,"
            " :clerk_name, :case_type, :case_id, :sed, :about, :new_version, :form, 1, :now,"
            " '') ON CONFLICT (id) DO UPDATE SET form = excluded.form,"
            " revision = exchange_drafts.revision + 1, saved_at = excluded.saved_at,"
            " proposed_at = NULL WHERE exchange_drafts.clerk = excluded.clerk",
            id=draft_id,
            clerk=clerk[0],
            clerk_name=clerk[1],
            case_type=place.case_type,
            case_id=place.case_id,
            sed=place.sed,
            about=place.about,
            new_version=int(place.update),
            form=json.dumps({name: list(texts) for name, texts in form.items()}),
            now=now,
        )

    def _keep_files(
        self, draft_id: str, files: Sequence[NewAttachment], dropped: Collection[str]
    ) -> None:
        for sha256 in dropped:
            self.database.execute(
                "DELETE FROM exchange_draft_files WHERE draft_id = :id AND sha256 = :digest",
                id=draft_id,
                digest=sha256,
            )
        for each in files:
            verify_file_name(each.name)
            self.database.execute(
                "INSERT INTO exchange_draft_files (draft_id, sha256, name, media_type, data)"
                " VALUES (:id, :digest, :name, :media_type, :data) ON CONFLICT DO NOTHING",
                id=draft_id,
                digest=create_digest(each.data),
                name=each.name,
                media_type=each.media_type,
                data=encode_base64url(each.data),
            )
        if files:
            self._verify_size(draft_id)

    def _verify_size(self, draft_id: str) -> None:
        sql = "SELECT data FROM exchange_draft_files WHERE draft_id = :id"
        sizes = [len(row["data"]) for row in self.database.query(sql, id=draft_id)]
        if len(sizes) > MAX_ATTACHMENTS or sum(sizes) * 3 // 4 > MAX_MESSAGE_BYTES:
            raise MalformedError("the files are too many or too large", code="too_large")

    def get(self, draft_id: str) -> KeptDraft:
        """Return a draft. Raises UnknownDraftError."""
        rows = self.database.query("SELECT * FROM exchange_drafts WHERE id = :id", id=draft_id)
        if not rows:
            raise UnknownDraftError
        return _draft(rows[0])

    def find(self, draft_id: str, clerk: str) -> KeptDraft | None:
        """Return a draft of a clerk, or None."""
        rows = self.database.query(
            "SELECT * FROM exchange_drafts WHERE id = :id AND clerk = :clerk",
            id=draft_id,
            clerk=clerk,
        )
        return _draft(rows[0]) if rows else None

    def files(self, draft_id: str) -> list[NewAttachment]:
        """Return the files of a draft, by name."""
        rows = self.database.query(
            "SELECT * FROM exchange_draft_files WHERE draft_id = :id ORDER BY name, sha256",
            id=draft_id,
        )
        return [
            NewAttachment(row["name"], row["media_type"], decode_base64url(row["data"]))
            for row in rows
        ]

    def of_case(self, case_id: str) -> list[KeptDraft]:
        """Return the drafts of a case, the latest first."""
        return self._list("case_id = :case_id", case_id=case_id)

    def of_clerk(self, clerk: str) -> list[KeptDraft]:
        """Return a clerk's last hundred drafts, the latest first."""
        return self._list("clerk = :clerk", clerk=clerk)

    def waiting_for(self, member: str) -> list[KeptDraft]:
        """Return what others put before a second person, the latest first, at most a hundred."""
        return self._list("proposed_at IS NOT NULL AND clerk <> :member", member=member)

    def _list(self, where: str, **params: str) -> list[KeptDraft]:
        rows = self.database.query(
            f"SELECT * FROM exchange_drafts WHERE {where}"  # noqa: S608 - the conditions are ours
            " ORDER BY saved_at DESC, id LIMIT :shown",
            shown=_SHOWN,
            **params,
        )
        return [_draft(row) for row in rows]

    def propose(self, draft_id: str, revision: int, clerk: str, now: int) -> None:
        """Put a draft before a second person. Raises ChangedDraftError."""
        changed = self.database.execute(
            "UPDATE exchange_drafts SET proposed_at = :now, remark = '' WHERE id = :id"
            " AND revision = :revision AND clerk = :clerk",
            id=draft_id,
            revision=revision,
            clerk=clerk,
            now=now,
        )
        if not changed:
            raise ChangedDraftError

    def send_back(self, draft_id: str, revision: int, member: str, remark: str) -> None:
        """Refuse to agree; ``remark`` says why. Raises ChangedDraftError."""
        changed = self.database.execute(
            "UPDATE exchange_drafts SET proposed_at = NULL, remark = :remark WHERE id = :id"
            " AND revision = :revision AND proposed_at IS NOT NULL AND clerk <> :member",
            id=draft_id,
            revision=revision,
            member=member,
            remark=remark[:MAX_REMARK],
        )
        if not changed:
            raise ChangedDraftError

    def take_own(self, draft_id: str, revision: int, clerk: str) -> None:
        """Take one's own draft away, in the transaction that sends it. Raises ChangedDraftError."""
        self._take(draft_id, revision, "clerk = :who", clerk)

    def take_proposed(self, draft_id: str, revision: int, member: str) -> None:
        """Take away what another proposed, to send it. Raises ChangedDraftError."""
        self._take(draft_id, revision, "proposed_at IS NOT NULL AND clerk <> :who", member)

    def _take(self, draft_id: str, revision: int, where: str, who: str) -> None:
        taken = self.database.execute(
            f"DELETE FROM exchange_drafts WHERE id = :id AND revision = :revision AND {where}",  # noqa: S608 - the conditions are ours
            id=draft_id,
            revision=revision,
            who=who,
        )
        if not taken:
            raise ChangedDraftError
        self._drop_files()

    def discard(self, draft_id: str, clerk: str) -> None:
        """Throw one's own draft away; nothing happens when it is gone."""
        with self.database.atomic():
            self.database.execute(
                "DELETE FROM exchange_drafts WHERE id = :id AND clerk = :clerk",
                id=draft_id,
                clerk=clerk,
            )
            self._drop_files()

    def purge(self, now: int) -> int:
        """Drop drafts that nobody has touched for 90 days; return how many."""
        with self.database.atomic():
            dropped = self.database.execute(
                "DELETE FROM exchange_drafts WHERE saved_at < :before", before=now - KEPT_SECONDS
            )
            self._drop_files()
        return dropped

    def _drop_files(self) -> None:
        self.database.execute(
            "DELETE FROM exchange_draft_files WHERE NOT EXISTS"
            " (SELECT 1 FROM exchange_drafts d WHERE d.id = exchange_draft_files.draft_id)"
        )


def _draft(row: Row) -> KeptDraft:
    place = Place(
        row["case_type"], row["sed"], row["case_id"], row["about"], bool(row["new_version"])
    )
    return KeptDraft(
        row["id"], row["clerk"], row["clerk_name"], place, json.loads(row["form"]),
        int(row["revision"]), int(row["saved_at"]), row["proposed_at"], row["remark"],
    )  # fmt: skip
