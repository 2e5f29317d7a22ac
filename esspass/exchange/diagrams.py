"""A case type as a page: its states as a Mermaid diagram, its messages and deadlines as tables.

A state is the document that was said last; an edge the message that leads on and who may send it.
``python -m esspass.exchange.diagrams docs/exchange`` writes the pages that are kept there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from esspass.exchange.case_type import (
    LOCAL_CLOSE,
    MACHINE_SEDS,
    CaseType,
    Flag,
    Right,
    Trigger,
    case_types,
)
from esspass.exchange.model import Role
from esspass.exchange.sed import sed_type

_LETTERS = {
    Flag.INVALIDATE: "X008",
    Flag.UPDATE: "new version",
    Flag.CLARIFY: "X012",
    Flag.REJECT: "X011",
    Flag.ATTACH: "files",
    Flag.PICK: "to some",
}
_CONDITIONS = {
    "ALL_A012_ARRIVED": "all have sent A012",
    "A004_IS_FOR_CURRENT_A003": "if A004 answers the latest A003",
    "SECT7": "if section 7 of S072 grants it",
}
_WHOSE = {
    "receivers": "each that got it",
    "sender": "who sent it",
    "asker": "who asked, as long as an answer is missing",
    "everyone": "each participant",
}


def create_diagram(kind: CaseType) -> str:
    """Return a Mermaid state diagram."""
    lines = dict.fromkeys(("stateDiagram-v2", *_create_edges(kind), *_create_ends(kind)))
    return "\n".join(f"    {line}" if at else line for at, line in enumerate(lines))


def create_page(kind: CaseType) -> str:
    """Return the Markdown page of a case type."""
    origin = "EESSI" if kind.origin == "EESSI" else "our own, no case type of EESSI"
    source = kind.source["reference"] + ("" if kind.source["verified"] else " (not verified)")
    between = "Multilateral" if kind.multilateral else "Bilateral"
    parts = [
        f"# {kind.id}: {kind.titles['en']}",
        f"{between}; {origin}. Source: {source}.",
        f"```mermaid\n{create_diagram(kind)}\n```",
        "PO is the case owner, CP a counterparty. A state is named after what was said last.",
        "## Messages\n\n" + "\n".join(_create_messages(kind)),
        "## Administrative messages\n\n" + "\n".join(_create_administrative(kind)),
    ]
    if kind.deadlines:
        parts.append("## Deadlines\n\n" + "\n".join(_create_deadlines(kind)))
    return "\n\n".join(parts) + "\n"


def create_index() -> str:
    """Return the page that lists all case types."""
    rows = [
        f"| [{kind.id}]({kind.id}.md) | {kind.titles['en']} |"
        f" {'multilateral' if kind.multilateral else 'bilateral'} | {', '.join(kind.starters())} |"
        for kind in case_types()
    ]
    head = (
        "# Case types\n\nWritten by `python -m esspass.exchange.diagrams docs/exchange` from"
        " `specs/exchange/case_types`; a test fails when a page is older than its case type.\n\n"
        "| Case type | Purpose | Participants | Begins with |\n|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def create_pages() -> dict[str, str]:
    """Return all pages by file name."""
    return {"README.md": create_index(), **{f"{k.id}.md": create_page(k) for k in case_types()}}


def _create_edges(kind: CaseType) -> Iterator[str]:
    """What leads from one document to the next; what may be said any time leads nowhere."""
    aside = {right.sed for right in kind.rights if all(each.opened for each in right.when)}
    for right in kind.rights:
        for trigger in right.when:
            if trigger.starts:
                yield f"[*] --> {right.sed}: {right.sed} by PO"
            elif (before := trigger.sent or trigger.received) and before not in aside:
                yield f"{before} --> {right.sed}: {_describe_edge(right, trigger)}"


def _describe_edge(right: Right, trigger: Trigger) -> str:
    parts = [f"{right.sed} by {_name_roles(right)}"]
    parts += [f"excludes {', '.join(sorted(right.excludes))}"] if right.excludes else []
    parts += [_CONDITIONS[trigger.condition]] if trigger.condition else []
    parts += [_describe_delay(trigger)] if trigger.days or trigger.months else []
    return ", ".join(parts)


def _create_ends(kind: CaseType) -> Iterator[str]:
    for trigger in kind.closing:
        before = trigger.sent or trigger.received or "A012"
        why = _CONDITIONS.get(trigger.condition) or _describe_delay(trigger)
        yield f"{before} --> Closed: X001 by PO, {why}"
    if kind.closing and any("X002" in names for names in kind.administrative.values()):
        yield "Closed --> Open: X002, X003, X004 by PO"
    if any(LOCAL_CLOSE in names for names in kind.administrative.values()):
        yield f"{kind.starters()[0]} --> ClosedLocally: each side for itself"
        yield "ClosedLocally --> Open: any message"


def _describe_delay(trigger: Trigger) -> str:
    if trigger.months:
        return f"after {trigger.months} months"
    return f"after {trigger.days} days" if trigger.days else "at once"


def _create_messages(kind: CaseType) -> Iterator[str]:
    yield "| Message | By | When | How often | Also |"
    yield "|---|---|---|---|---|"
    for right in kind.rights:
        when = "; ".join(_describe_trigger(trigger) for trigger in right.when)
        often = "any number" if right.again else "once, again when invalidated or rejected"
        also = ", ".join(_LETTERS[flag] for flag in Flag if flag in right.flags)
        to = ", to its sender only" if right.to_sender else ""
        yield f"| {_name(right.sed)} | {_name_roles(right)} | {when}{to} | {often} | {also} |"


def _describe_trigger(trigger: Trigger) -> str:
    if trigger.starts or trigger.opened:
        return "begins the case" if trigger.starts else "any time"
    if trigger.received:
        happened = f"{'answers' if trigger.answers else 'after receiving'} {trigger.received}"
    else:
        happened = f"after sending {trigger.sent}"
    parts = [happened, _CONDITIONS.get(trigger.condition, "")]
    parts += [_describe_delay(trigger)] if trigger.days or trigger.months else []
    parts += [f"unless {trigger.unless} was sent"] if trigger.unless else []
    return ", ".join(part for part in parts if part)


def _create_administrative(kind: CaseType) -> Iterator[str]:
    """X messages: those of each role, and those that follow from flags or from X002."""
    yield "| Message | By |"
    yield "|---|---|"
    named = {name for names in kind.administrative.values() for name in names}
    for sed in sorted(named):
        roles = [role.value for role in Role if sed in kind.administrative[role]]
        yield f"| {_name(sed)} | {' or '.join(roles)} |"
    for sed in sorted(kind.seds - {right.sed for right in kind.rights} - named):
        by = "machines" if sed in MACHINE_SEDS else "whom it falls to"
        yield f"| {_name(sed)} | {by} |"


def _name(sed: str) -> str:
    if sed == LOCAL_CLOSE:
        return "closing the own copy"
    return f"{sed} {sed_type(sed).title('en')}"


def _create_deadlines(kind: CaseType) -> Iterator[str]:
    yield "| Deadline | From | Length | Whose | Met by | Source |"
    yield "|---|---|---|---|---|---|"
    for rule in kind.deadlines:
        units = ("months", rule.months), ("days", rule.days), ("working days", rule.working_days)
        length = ", ".join(f"{number} {unit}" for unit, number in units if number)
        if rule.extended_by:
            length += f", with {rule.extended_by} {rule.extension_months} more"
        start = f"{rule.start}, anew with each" if rule.restarts else rule.start
        source = rule.source + ("" if rule.verified else " (not verified)")
        met = " or ".join(sorted(rule.until))
        yield f"| {rule.kind} | {start} | {length} | {_WHOSE[rule.whose]} | {met} | {source} |"


def _name_roles(right: Right) -> str:
    return " or ".join(role.value for role in Role if role in right.by)


def write_pages(folder: Path) -> None:
    """Write all pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in create_pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
