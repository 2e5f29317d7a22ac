"""What a QR code carries: base45 (RFC 9285), packed presentations, sequences of frames."""

from esspass.qr.frames import Frame, FrameCollector, Progress, create_frames
from esspass.qr.presentation import pack_presentation, unpack_presentation
from esspass.qr.texts import (
    PAPER_CHARACTERS,
    SCREEN_CHARACTERS,
    QrContent,
    create_paper_text,
    create_qr_text,
    create_qr_texts,
    read_qr_text,
)

__all__ = [
    "PAPER_CHARACTERS",
    "SCREEN_CHARACTERS",
    "Frame",
    "FrameCollector",
    "Progress",
    "QrContent",
    "create_frames",
    "create_paper_text",
    "create_qr_text",
    "create_qr_texts",
    "pack_presentation",
    "read_qr_text",
    "unpack_presentation",
]
