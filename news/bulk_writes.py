"""Hooks around statements that write many messages, by which apps above this one follow them, as the search index does.

Single saves send Django's signals; `update`, `bulk_create` and `bulk_update` do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

Hook = Callable[[str], AbstractContextManager]  # called with the database alias

_hooks: list[Hook] = []


def register_hook(hook: Hook) -> None:
    """Have `hook(using)` entered before each such statement and left after it, inside its transaction."""
    if hook not in _hooks:
        _hooks.append(hook)


@contextmanager
def hooks_around(using: str) -> Iterator[None]:
    """Run a statement that writes many messages inside all registered hooks."""
    with ExitStack() as stack:
        for hook in _hooks:
            stack.enter_context(hook(using))
        yield
