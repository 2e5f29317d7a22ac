"""The institution's exchange desk: its copies of cases, what it sends and what it receives."""
