"""The read API: its URLs, the OpenAPI document, and the page that documents it."""
