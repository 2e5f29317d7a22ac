"""Token Status List (draft 14, as HAIP 1.0 pins it): pure functions, and a cache of tokens."""

from __future__ import annotations

from esspass.jose.claims import StatusReference, parse_status_reference
from esspass.statuslist.cache import MIGRATIONS, StatusListCache
from esspass.statuslist.status_list import INVALID, SUSPENDED, VALID, StatusList
from esspass.statuslist.token import (
    MEDIA_TYPE,
    UnverifiedStatusListToken,
    VerifiedStatusList,
    create_status_list_token,
    parse_status_list_token,
    verify_status_list_token,
)

__all__ = [
    "INVALID",
    "MEDIA_TYPE",
    "MIGRATIONS",
    "SUSPENDED",
    "VALID",
    "StatusList",
    "StatusListCache",
    "StatusReference",
    "UnverifiedStatusListToken",
    "VerifiedStatusList",
    "create_status_list_token",
    "parse_status_list_token",
    "parse_status_reference",
    "verify_status_list_token",
]
