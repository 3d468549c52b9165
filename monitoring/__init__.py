"""Monitoring: request ids, the access log, metrics for Prometheus, health checks and the doctor.

An error in here must never keep a visitor from a response. For operators: docs/operators/monitoring.md.
"""
