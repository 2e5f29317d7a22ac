"""Outside parties, played in memory or on a loopback port; they can be told to misbehave."""
