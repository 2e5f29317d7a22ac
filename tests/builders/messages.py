"""Content for every message, made from its schema: the least it needs, or all it can hold."""

from itertools import count

from esspass.exchange.schema import Kind, items, kind_of, members, root

_TEXTS = {
    "vct": "eu.we-build.pda1.1",
    "institutionID": "EL:9002",
    "senderID": "LT:9001",
    "receiverID": "EL:9002",
    "BUCType": "LA_BUC_04",
    "cause": "altered_attachment",
    "rule": "A-12",
    "email": "desk@institution.example",
}
_DAYS = {"endDate": "2027-02-28", "actualEndDate": "2026-09-30", "dateBirth": "1990-04-17"}


def create_content(sed, *, full=False, variant=0):
    """Content of a message that its schema admits; ``variant`` picks the member of each choice."""
    return _Maker(full, variant).block(root(sed))


class _Maker:
    def __init__(self, full, variant):
        self.full, self.variant, self.numbers = full, variant, count(1)

    def block(self, node):
        schemas = {name: member for name, member, _ in members(node)}
        wanted = [name for name in schemas if self.full or name in self.needed(node)]
        if not wanted and node.get("minProperties"):
            wanted = list(schemas)[:1]
        return {name: self.value(name, schemas[name]) for name in wanted}

    def needed(self, node):
        """What must be there, also once the first of the codes is chosen."""
        ways = node.get("anyOf", [{}])
        needed = [node, node.get("then", {}), ways[self.variant % len(ways)]]
        return {name for each in needed for name in each.get("required", ())}

    def value(self, name, node):
        kind = kind_of(node)
        if kind is Kind.BLOCK:
            return self.block(node)
        if kind is Kind.CHOICE:
            found = list(members(node))
            variant, member, _ = found[self.variant % len(found)]
            return {variant: self.block(member)}
        if kind is Kind.LIST:
            return [self.block(items(node)) for _ in range(2 if self.full else 1)]
        if kind is Kind.SEVERAL:
            return [self.leaf(name, items(node))]
        return self.leaf(name, node)

    def leaf(self, name, node):
        kind = kind_of(node)
        if kind is Kind.DATE:
            return _DAYS.get(name, "2026-03-01")
        if kind is Kind.CODE:
            return node["enum"][0]
        known = {Kind.COUNTRY: "EL", Kind.SED: "A009", Kind.YES_NO: True, Kind.FIXED: True}
        return known.get(kind) or _TEXTS.get(name) or f"{name} {next(self.numbers)}"
