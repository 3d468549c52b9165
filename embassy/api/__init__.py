"""The API to read: its addresses, its OpenAPI document, its page for people."""
