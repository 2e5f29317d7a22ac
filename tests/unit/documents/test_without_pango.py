"""On a machine without Pango the reason is named, and what needs none still works."""

import subprocess
import sys

PROGRAM = """
import cffi

def no_library(*_arguments):
    raise OSError("cannot load library")

cffi.FFI.dlopen = no_library  # as on a machine that has none of them
from esspass.documents import verify_seal
from esspass.errors import EsspassError
from tests.unit.documents.conftest import make, paper_of

for act in (lambda: make(paper_of("parent")), lambda: verify_seal(b"no", (), 0)):
    try:
        act()
    except EsspassError as error:
        print(error.code, error)
"""


def test_the_packages_to_install_are_named():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()[-2:]  # WeasyPrint prints its own words first
    assert first.startswith("pdf_unavailable ")
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert package in first
    assert second.startswith("not_a_pdf ")
