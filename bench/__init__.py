"""Measurements: ratios taken in one run, never absolute promises. ``make bench`` runs them all (docs/benchmarks.md)."""
