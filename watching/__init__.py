"""Seeing: a request's id and its line in the log, what is counted, a private port, and the doctor.

docs/watching.md tells how it is used. Nothing here may keep a visitor from an answer: what can't be seen is not served
any worse.
"""
