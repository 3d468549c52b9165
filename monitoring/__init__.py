"""Monitoring: request ids, the access log, metrics for Prometheus, health checks and the doctor.

See docs/operators/monitoring.md. An error in here must never keep a visitor from a response.
"""
