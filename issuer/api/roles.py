"""Who may call what: operation to roles. An operation that is not here cannot be called."""

from __future__ import annotations

from collections.abc import Mapping

from issuer.staff import Role

_CHANGERS = frozenset({Role.CLERK, Role.APPROVER, Role.SUPERVISOR})
_READERS = frozenset(Role)
_APPROVERS = frozenset({Role.APPROVER, Role.SUPERVISOR})
OPEN = frozenset({"token", "openapi"})
"""Operations that need no token."""

ROLES: Mapping[str, frozenset[Role]] = {
    "list_decisions": _READERS,
    "search_decisions": _READERS,
    "add_decision": _CHANGERS,
    "get_decision": _READERS,
    "get_history": _READERS,
    "approve_decision": _APPROVERS,
    "refuse_decision": _APPROVERS,
    "hold_decision": _CHANGERS,
    "suspend_decision": _APPROVERS,
    "reinstate_decision": _APPROVERS,
    "withdraw_decision": _APPROVERS,
    "amend_decision": _APPROVERS,
    "list_offers": _READERS,
    "create_offer": _CHANGERS,
    "cancel_offer": _CHANGERS,
    "list_loads": _READERS,
    "add_load": _CHANGERS,
    "get_load": _READERS,
    "list_load_errors": _READERS,
    "start_load": _APPROVERS,
    "discard_load": _CHANGERS,
    "search_cases": _READERS,
    "start_case": _CHANGERS,
    "get_case": _READERS,
    "send_message": _CHANGERS,
    "get_attachment": _READERS,
    "close_case": _CHANGERS,
    "list_tasks": _READERS,
    "finish_task": _CHANGERS,
    "list_accesses": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
}
