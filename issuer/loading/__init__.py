"""Records out of an institution's other systems: CSV, JSON or HTTP, checked row by row."""

from issuer.loading.entering import Register
from issuer.loading.mapping import ColumnMapping, Office, column_mappings
from issuer.loading.office import LoadingOffice
from issuer.loading.source import RecordSource
from issuer.loading.store import MIGRATIONS, Load, LoadError, Loads, Stage

__all__ = [
    "MIGRATIONS",
    "ColumnMapping",
    "Load",
    "LoadError",
    "LoadingOffice",
    "Loads",
    "Office",
    "RecordSource",
    "Register",
    "Stage",
    "column_mappings",
]
