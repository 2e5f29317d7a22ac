"""Issue an SD-JWT: replace chosen claims by digests, and sign what is left (RFC 9901, 4)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from esspass.errors import MalformedError
from esspass.jose.jws import encode_header, sign_jws
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import Signer
from esspass.sdjwt.disclosure import (
    HASH_ALGORITHM,
    RESERVED_NAMES,
    ClaimPath,
    create_digest,
    create_digests,
    create_disclosure,
)

Random = Callable[[int], bytes]
_SALT_BYTES = 18  # 144 bits, above the 128 of RFC 9901, section 9.3, and whole in base64
_SALT_CHARACTERS = 24
_SALTS_PER_DRAW = 32
_ARRAYS = (list, tuple)


@dataclass(slots=True)
class _Node:
    """What of a value, and of its parts, shall be disclosable."""

    disclosable: bool = False
    children: dict[str | int | None, _Node] = field(default_factory=dict)


_CLEAR = _Node()


def create_sd_jwt(
    claims: Mapping[str, Any],
    disclosable: Collection[ClaimPath],
    signer: Signer,
    *,
    header: Mapping[str, Any] = {},
    random: Random = os.urandom,
    decoys: int = 0,
) -> str:
    """Sign ``claims`` with those at the ``disclosable`` paths hidden behind digests.

    A path ending in None hides each element of an array; a path beneath another makes a recursive
    disclosure; a path that matches nothing is ignored. ``decoys`` digests of nothing are added
    wherever something is hidden. The result ends with ``~``. Raises MalformedError when a claim
    has a name SD-JWT keeps for itself.
    """
    protected = encode_header(header, signer.algorithm)
    return sign_sd_jwt(protected, claims, disclosable, signer, random=random, decoys=decoys)


def sign_sd_jwt(
    protected: str,
    claims: Mapping[str, Any],
    disclosable: Collection[ClaimPath],
    signer: Signer,
    *,
    random: Random,
    decoys: int = 0,
) -> str:
    """Do as ``create_sd_jwt`` under a header that is already encoded."""
    concealer = _Concealer(_draw_salts(random), random, decoys)
    payload = concealer.conceal_object(claims, _create_tree(tuple(disclosable)))
    payload["_sd_alg"] = HASH_ALGORITHM
    return "~".join((sign_jws(protected, payload, signer), *concealer.disclosures, ""))


# The same few types are issued again and again; nobody changes a tree once it is made.
@lru_cache(maxsize=128)
def _create_tree(paths: tuple[ClaimPath, ...]) -> _Node:
    root = _Node()
    for path in paths:
        node = root
        for step in path:
            node = node.children.setdefault(step, _Node())
        node.disclosable = bool(path)
    return root


def _draw_salts(random: Random) -> Iterator[str]:
    while True:
        block = encode_base64url(random(_SALT_BYTES * _SALTS_PER_DRAW))
        for start in range(0, len(block), _SALT_CHARACTERS):
            yield block[start : start + _SALT_CHARACTERS]


@dataclass(slots=True)
class _Concealer:
    """Walks the claims once, children before parents, and collects the disclosures."""

    salts: Iterator[str]
    random: Random
    decoys: int
    disclosures: list[str] = field(default_factory=list)

    def conceal(self, value: Any, node: _Node) -> Any:
        if isinstance(value, dict):
            return self.conceal_object(value, node)
        if isinstance(value, _ARRAYS):
            return self._conceal_array(value, node)
        return value

    def conceal_object(self, value: Mapping[str, Any], node: _Node) -> dict[str, Any]:
        clear: dict[str, Any] = {}
        hidden: list[str] = []
        children = node.children
        for name, member in value.items():
            if name in RESERVED_NAMES:
                raise MalformedError("claim name reserved by SD-JWT", code="reserved_claim_name")
            child = children.get(name, _CLEAR)
            content = member if isinstance(member, str) else self.conceal(member, child)
            if child.disclosable:
                hidden.append(create_disclosure(next(self.salts), name, content))
            else:
                clear[name] = content
        if hidden:
            self.disclosures += hidden
            # Sorted by digest, so their order says nothing about the claims (section 9.7).
            decoys = self._create_decoys() if self.decoys else []
            clear["_sd"] = sorted(create_digests(hidden) + decoys)
        return clear

    def _conceal_array(self, value: Sequence[Any], node: _Node) -> list[Any]:
        if not node.children:
            return [self.conceal(element, _CLEAR) for element in value]
        elements = [self._conceal_element(e, _child(node, i)) for i, e in enumerate(value)]
        if any(isinstance(e, dict) and "..." in e for e in elements):
            elements += [{"...": decoy} for decoy in self._create_decoys()]
        return elements

    def _conceal_element(self, element: Any, node: _Node) -> Any:
        content = self.conceal(element, node)
        if not node.disclosable:
            return content
        encoded = create_disclosure(next(self.salts), None, content)
        self.disclosures.append(encoded)
        return {"...": create_digest(encoded)}

    def _create_decoys(self) -> list[str]:
        return [create_digest(encode_base64url(self.random(32))) for _ in range(self.decoys)]


def _child(node: _Node, index: int) -> _Node:
    exact, wildcard = node.children.get(index), node.children.get(None)
    if exact is None or wildcard is None:
        return exact or wildcard or _CLEAR
    return _merge(exact, wildcard)


def _merge(left: _Node, right: _Node) -> _Node:
    children = {**left.children, **right.children}
    for step in left.children.keys() & right.children.keys():
        children[step] = _merge(left.children[step], right.children[step])
    return _Node(left.disclosable or right.disclosable, children)
