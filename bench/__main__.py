"""``make bench``: every measurement, in one run."""

from bench.formats import main

main()
