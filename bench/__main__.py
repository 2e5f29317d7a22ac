"""``make bench``: every measurement, in one run."""

from bench import codes, decisions, formats

formats.main()
codes.main()
decisions.main()
