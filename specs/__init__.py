"""What the system speaks, machine-readable and read by the code (``importlib.resources``)."""
