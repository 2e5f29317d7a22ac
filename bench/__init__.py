"""Benchmarks: rates of our code as ratios to the bare cryptography, measured in the same run."""
