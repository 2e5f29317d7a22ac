"""HTTP for people and protocols: errors, headers, sessions, languages, health."""

from __future__ import annotations

from esspass.attestations.specification import LOCALES
from esspass.web.app import create_web_app
from esspass.web.blueprints import page_blueprint, protocol_blueprint
from esspass.web.csrf import csrf_token
from esspass.web.headers import allow_camera, allow_form_action
from esspass.web.qr import create_qr_svg
from esspass.web.settings import ErrorText, WebSettings, now, read_clock, web_settings

__all__ = [
    "LOCALES",
    "ErrorText",
    "WebSettings",
    "allow_camera",
    "allow_form_action",
    "create_qr_svg",
    "create_web_app",
    "csrf_token",
    "now",
    "page_blueprint",
    "protocol_blueprint",
    "read_clock",
    "web_settings",
]
