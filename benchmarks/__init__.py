"""Benchmarks: `make bench` prints one table, with ratios that are measured side by side in one run.

The method is described in docs/developers/performance.md.
"""
