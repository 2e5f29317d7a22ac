"""Small true pictures, and data URIs and digests of them."""

import base64
import hashlib
import struct
import zlib


def chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def create_png(width=2, height=2, *, colour=b"\x0a\x50\xa0"):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + colour * min(width, 64)) * min(height, 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND")


def create_svg(inside='<circle cx="5" cy="5" r="4" fill="#0a50a0"/>', attributes=""):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 10 10" {attributes}>{inside}</svg>'
    ).encode()


def create_data_uri(body, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(body).decode()}"


def create_integrity(body, kind="sha256"):
    return f"{kind}-{base64.b64encode(hashlib.new(kind, body).digest()).decode()}"
