"""Showing without a network: QR codes that carry a whole presentation, signed before their minute.

The keys are in the server's wallet, so the codes of the coming minutes are signed when the citizen
agrees and are kept by nobody but the page (or program) they are handed to. Each names its purpose
and is good for a minute of its own, from ``iat`` to ``exp``; the next begins before it ends.

What a stolen open page is worth: its remaining codes, each in its own minute and once, for the one
purpose and the claims agreed to, until the last has ended after ``AHEAD`` seconds. It holds no key
and nothing else of the wallet, and whoever scans compares with the identity document.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from esspass.attestations import (
    ClaimPath,
    DescribedClaim,
    DisclosureGroup,
    attestation_type,
    describe_claims,
)
from esspass.errors import MalformedError
from esspass.inspection.shown import AUDIENCE, LIFETIME
from esspass.keys.signer import Signer
from esspass.openid4vp.dcql import NoMatchError
from esspass.qr import create_qr_texts
from esspass.sdjwt import create_key_binding, parse_sd_jwt_vc
from esspass.sdjwt.presentation import SdJwt
from wallet.credentials import Credentials, HeldCredential
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.keys import Holder, HolderKeys
from wallet.purposes import DEFAULT_PATHS, verify_purpose

AHEAD = 900
STEP = LIFETIME - 5
"""A code is on screen this long: it leaves seconds for the scanner before it ends."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One group of claims that may be shown or not: its words, and what it says here."""

    group: DisclosureGroup
    claims: tuple[DescribedClaim, ...] = field(repr=False)
    default: bool


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The texts of one minute, epoch seconds; several texts are frames, shown in turn."""

    starts: int
    expires: int
    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Showing:
    """Makes the codes that a holder shows."""

    keys: HolderKeys
    credentials: Credentials
    history: History

    def show(
        self, holder: Holder, held: HeldCredential, purpose: str,
        groups: Collection[str] | None, now: int, *, seconds: int = AHEAD,
    ) -> tuple[ShownCode, ...]:  # fmt: skip
        """Sign the codes of the next ``seconds`` and note it; ``groups`` None shows the default.

        All are of one copy, so whoever scans twice sees that it is the same document. Raises
        MalformedError ``unknown_purpose`` or ``unknown_group``.
        """
        verify_purpose(purpose, held.vct)
        if groups is None:
            groups = default_groups(held)
        if not set(groups) <= {choice.group.id for choice in find_choices(held, "en")}:
            raise MalformedError("not a part of this document", code="unknown_group")
        copy = self.credentials.take_copy(held)
        if copy is None:
            raise NoMatchError
        presentation = _present(copy.text, held.vct, groups)
        signer = self.keys.read(holder, copy.key_id)
        codes = tuple(
            _create_code(presentation, signer, purpose, now + start)
            for start in range(0, seconds, STEP)
        )
        self._note(holder.id, held, purpose, presentation, now)
        return codes

    def _note(
        self, holder_id: str, held: HeldCredential, purpose: str, presentation: str, now: int
    ) -> None:
        shown = describe_claims(held.vct, parse_sd_jwt_vc(presentation).claims, "en")
        shared = SharedClaims(held.vct, tuple(claim.path for claim in shown))
        encounter = Encounter("", "", shared=(shared,), purpose_id=purpose)
        self.history.add(holder_id, Event.SHOWN, encounter, now)


def find_choices(held: HeldCredential, locale: str) -> tuple[Choice, ...]:
    """Return the groups of claims of a held credential that may be left out, in their order."""
    vc = parse_sd_jwt_vc(held.text)
    described = describe_claims(held.vct, vc.claims, locale)
    found = []
    for group in attestation_type(held.vct).groups:
        places = [place for place in vc.processed.paths if _is_among(place, group.paths)]
        if places:
            claims = tuple(c for c in described if _closest(c.path, vc.processed.paths) in places)
            found.append(Choice(group, claims, any(_is_default(held.vct, p) for p in places)))
    return tuple(found)


def find_fixed(held: HeldCredential, locale: str) -> tuple[DescribedClaim, ...]:
    """Return what every presentation of the credential shows, in words."""
    bare = parse_sd_jwt_vc(_present(held.text, held.vct, ()))
    return tuple(describe_claims(held.vct, bare.claims, locale))


def default_groups(held: HeldCredential) -> frozenset[str]:
    """Return what a verifier asks for of this document."""
    return frozenset(choice.group.id for choice in find_choices(held, "en") if choice.default)


def _create_code(presentation: str, signer: Signer, purpose: str, starts: int) -> ShownCode:
    expires = starts + LIFETIME
    bound = create_key_binding(
        presentation,
        signer,
        nonce=secrets.token_urlsafe(24),
        audience=AUDIENCE + purpose,
        now=starts,
        claims={"exp": expires},
    )
    return ShownCode(starts, expires, create_qr_texts(bound))


def _present(text: str, vct: str, groups: Collection[str]) -> str:
    """Keep exactly the disclosures of these groups, and those they lie in."""
    vc = parse_sd_jwt_vc(text)
    found = vc.processed.paths
    wanted = [p for g in attestation_type(vct).groups if g.id in groups for p in g.paths]
    chosen = [place for place in found if _is_among(place, wanted)]
    kept = {found[place] for place in _with_parents(chosen) if place in found}
    shown = tuple(encoded for encoded in vc.sd_jwt.disclosures if encoded in kept)
    return SdJwt(vc.sd_jwt.issuer_jwt, shown).serialize()


def _with_parents(places: Collection[ClaimPath]) -> Iterator[ClaimPath]:
    for place in places:
        yield from (place[:length] for length in range(1, len(place) + 1))


def _is_among(place: ClaimPath, paths: Collection[ClaimPath]) -> bool:
    return any(len(path) == len(place) and _lies_in(place, path) for path in paths)


def _is_default(vct: str, place: ClaimPath) -> bool:
    return any(_lies_in(place, path) for path in DEFAULT_PATHS.get(vct, ()))


def _lies_in(place: ClaimPath, path: ClaimPath) -> bool:
    """Whether a place is at a path or beneath it; None in a path is any element."""
    steps = zip(path, place, strict=False)
    return len(place) >= len(path) and all(step in (None, part) for step, part in steps)


def _closest(path: ClaimPath, places: Collection[ClaimPath]) -> ClaimPath | None:
    """Return the disclosure that shows a claim: the longest place it lies in."""
    return max((p for p in places if _lies_in(path, p)), key=len, default=None)
