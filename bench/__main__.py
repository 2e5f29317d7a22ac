"""``make bench``: every measurement, in one run."""

from bench import codes, formats

formats.main()
codes.main()
