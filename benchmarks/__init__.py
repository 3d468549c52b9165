"""The benchmarks: `make bench`. One table, its ratios measured side by side in one run; see docs/performance.md."""
