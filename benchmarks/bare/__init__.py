"""Baseline: a Django site with only two views, measured on the same machine."""
