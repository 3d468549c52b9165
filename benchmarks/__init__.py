"""Benchmarks: `make bench` prints one table. Ratios are measured side by side in one run; see docs/developers/performance.md."""
