"""Good evidence, and each way to spoil it, by area."""
