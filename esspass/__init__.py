"""The shared kernel of ESSPASS: formats, trust, protocols, verdicts. It knows none of the apps."""
