"""Bundles of sources out of a world, and presentations as they are shown."""

from esspass.inspection import Submission, create_sources, parse_sources
from esspass.inspection.evidence import Binding
from esspass.inspection.shown import AUDIENCE
from esspass.qr import create_qr_text
from esspass.sdjwt import create_key_binding, create_presentation
from esspass.trust import Refresh, TrustView

NONCE, VERIFIER = "n" * 32, "x509_hash:abc"
SHOWN_NONCE = "rAnd0mrAnd0mrAnd0mrAnd"


def create_bundle(world, **changes):
    """The JSON of all sources of an ``IssuingWorld``."""
    world.view()
    tokens = {name: list(reversed(found)) for name, found in world.lists.tokens.items()}
    refreshes = {name: Refresh(world.now, world.now) for name in tokens}
    statuses = {uri: (token, world.now) for uri, token in world.web.answers.items()}
    view = TrustView({}, refreshes=refreshes)
    bundle = create_sources(world.lists.anchors, tokens, view, statuses, world.now)
    return {**bundle, **changes}


def create_world_sources(world, **changes):
    return parse_sources(create_bundle(world, **changes))


def bind(world, text, paths, holder=None, now=None, **changes):
    """What a wallet presents: the claims at ``paths``, bound to a request."""
    shown = create_presentation(text, paths)
    made_at = world.now if now is None else now
    binding = {"nonce": NONCE, "audience": VERIFIER, "now": made_at, **changes}
    return create_key_binding(shown, holder or world.holder, **binding)


def bind_shown(world, text, paths, purpose="labour-inspection", now=None, **changes):
    """What a wallet shows: the same, bound to a purpose and a minute."""
    made_at = world.now if now is None else now
    binding = {
        "nonce": SHOWN_NONCE,
        "audience": AUDIENCE + purpose,
        "claims": {"exp": made_at + 60},
    }
    return bind(world, text, paths, now=made_at, **{**binding, **changes})


def answer(text, pid=None):
    """Submitted over OpenID4VP."""
    return Submission("online", text, Binding(NONCE, VERIFIER), pid, "labour-inspection")


def show(presentation, purpose="labour-inspection", pid=None):
    """Submitted as a QR code."""
    return Submission("qr", create_qr_text(presentation), None, pid, purpose)
