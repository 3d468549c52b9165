"""Monitoring: request ids, access log, Prometheus metrics, health checks, the doctor (docs/operators/monitoring.md).

An error in here must never keep a visitor from a response.
"""
