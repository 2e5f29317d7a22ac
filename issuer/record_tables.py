"""The tables of persons and decisions, and how they came to be as they are."""

MIGRATIONS = {
    "issuer-persons-001": """
        CREATE TABLE persons (
            id TEXT PRIMARY KEY,
            pin TEXT NOT NULL UNIQUE,
            date_of_birth TEXT NOT NULL,
            person TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )""",
    "issuer-persons-002": "CREATE INDEX persons_birth ON persons (date_of_birth)",
    "issuer-records-001": """
        CREATE TABLE records (
            id TEXT PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES persons (id),
            kind TEXT NOT NULL,
            document_number TEXT NOT NULL UNIQUE,
            document TEXT NOT NULL,
            search TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            issuances BIGINT NOT NULL,
            withdrawal_reason TEXT,
            withdrawal_date TEXT
        )""",
    "issuer-records-002": "CREATE INDEX records_person ON records (person_id)",
    "issuer-records-003": "CREATE INDEX records_changed ON records (changed_at)",
    "issuer-records-004": """
        ALTER TABLE records ADD COLUMN decision_id TEXT NOT NULL DEFAULT ''""",
    "issuer-records-005": "CREATE INDEX records_decision ON records (decision_id)",
    "issuer-records-006": "ALTER TABLE records DROP COLUMN search",
    "issuer-records-007": "ALTER TABLE records ADD COLUMN indexed BIGINT NOT NULL DEFAULT 0",
    "issuer-records-008": "ALTER TABLE records ADD COLUMN replaces TEXT NOT NULL DEFAULT ''",
    "issuer-records-009": "ALTER TABLE records ADD COLUMN sector TEXT NOT NULL DEFAULT ''",
    "issuer-records-010": "CREATE INDEX records_sector ON records (sector)",
    "issuer-records-011": """
        CREATE UNIQUE INDEX records_replaces ON records (replaces)
        WHERE replaces <> '' AND state <> 'refused'""",
    "issuer-records-012": "ALTER TABLE records ADD COLUMN unsaid BIGINT NOT NULL DEFAULT 1",
    "issuer-records-013": """
        CREATE INDEX records_unsaid ON records (changed_at) WHERE unsaid > 0""",
    "issuer-records-014": "CREATE INDEX records_state ON records (state, changed_at)",
}
