"""Benchmarks: `make bench` prints one table. Ratios are measured in one run; see docs/developers/performance.md."""
