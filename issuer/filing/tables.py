"""The tables of applications."""

from __future__ import annotations

MIGRATIONS = {
    "issuer-filings-001": """
        CREATE TABLE filings (
            id TEXT PRIMARY KEY,
            applicant_id TEXT NOT NULL,
            form TEXT NOT NULL,
            answers TEXT NOT NULL,
            reference TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            sent_at BIGINT
        )""",
    "issuer-filings-002": "CREATE INDEX filings_applicant ON filings (applicant_id, changed_at)",
    "issuer-filings-003": """
        CREATE TABLE filing_persons (
            id TEXT PRIMARY KEY,
            filing_id TEXT NOT NULL REFERENCES filings (id),
            number TEXT NOT NULL,
            answers TEXT NOT NULL,
            search TEXT NOT NULL,
            record_id TEXT NOT NULL,
            obstacles TEXT NOT NULL,
            told_at BIGINT,
            UNIQUE (filing_id, number)
        )""",
    "issuer-filings-004": "CREATE INDEX filing_persons_record ON filing_persons (record_id)",
    "issuer-filings-005": "ALTER TABLE filing_persons RENAME TO filing_persons_before",
    "issuer-filings-006": """
        CREATE TABLE filing_persons (
            id TEXT PRIMARY KEY,
            filing_id TEXT NOT NULL REFERENCES filings (id),
            number TEXT NOT NULL,
            posting TEXT NOT NULL,
            answers TEXT NOT NULL,
            search TEXT NOT NULL,
            record_id TEXT NOT NULL,
            obstacles TEXT NOT NULL,
            told_at BIGINT,
            UNIQUE (filing_id, number, posting)
        )""",
    "issuer-filings-007": """
        INSERT INTO filing_persons (id, filing_id, number, posting, answers, search, record_id,
            obstacles, told_at) SELECT id, filing_id, number, '', answers, search, record_id,
            obstacles, told_at FROM filing_persons_before""",
    "issuer-filings-008": "DROP TABLE filing_persons_before",
    "issuer-filings-009": """
        CREATE INDEX filing_persons_decision ON filing_persons (record_id)""",
    "issuer-filings-010": "CREATE INDEX filings_sent ON filings (sent_at)",
    "issuer-filings-011": """
        CREATE INDEX filing_persons_untold ON filing_persons (record_id) WHERE told_at IS NULL""",
}
