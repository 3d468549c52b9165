"""No models: Django sends its migration signals only to apps that have this module, and `core.triggers` needs them."""
