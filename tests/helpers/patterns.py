"""The regular expressions of the project, and texts made from an expression itself on which a bad one takes long."""

import ast
import inspect
import re
import time
from functools import _lru_cache_wrapper
from pathlib import Path
from re import _constants as sre
from re import _parser as parser
from statistics import median

from django.core.validators import RegexValidator

from tests.helpers.text_fields import model_text_fields, project_modules

CANDIDATES = "a 0<>\"'-/.\n&;]=_А\u00e9"
MOST, BRANCHES = 80, 6  # of texts made from a pattern; of the branches of an alternation that are tried
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
LONG = 2_500  # characters; a second text has twice as many
FLOOR = 0.001  # seconds of CPU time below which nothing is compared; a fast machine takes 2 ms over a slow pattern
SURELY_SLOW = 0.2  # seconds of CPU time for 10,000 characters: no linear pattern takes 20 microseconds for each
CONFIRMATIONS = 7  # of a pattern that seems to be slow
METHODS = ("fullmatch", "finditer")  # the first step of finditer is a search

# Where they are found


def all_patterns():
    """Return the patterns of the project by where they are: in modules, classes, validators, calls of `re`."""
    found = {}
    for module in project_modules():
        for name, value in vars(module).items():
            for pattern in inside(value, module):
                found.setdefault((pattern.pattern, pattern.flags), f"{module.__name__}.{name}")
        for line, pattern in in_calls(module):
            found.setdefault((pattern.pattern, pattern.flags), f"{module.__name__}:{line}")
    for field in model_text_fields():
        for validator in field.validators:
            if isinstance(validator, RegexValidator) and type(validator) is RegexValidator:
                pattern = re.compile(validator.regex)
                found.setdefault((pattern.pattern, pattern.flags), f"{field.model._meta.label}.{field.name}")
    return [
        (where, re.compile(text, flags)) for (text, flags), where in sorted(found.items(), key=lambda each: each[1])
    ]


def inside(value, module, depth=3):
    """Yield the patterns in a module's value: itself, its items, and its result if it is a cached function."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for each in [*value.keys(), *value.values()]:
            yield from inside(each, module, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from inside(each, module, depth - 1)
    elif depth and inspect.isclass(value) and value.__module__ == module.__name__:
        for each in vars(value).values():
            yield from inside(each, module, depth - 1)
    elif isinstance(value, _lru_cache_wrapper) and value.__module__ == module.__name__:
        if not inspect.signature(value).parameters and "Pattern" in str(value.__annotations__.get("return", "")):
            yield from inside(value(), module, depth - 1)


def in_calls(module):
    """Yield (line, pattern) of each literal with which a module calls `re` in passing."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        of, text = node.func.value, node.args[0]
        if isinstance(of, ast.Name) and of.id == "re" and node.func.attr != "escape" and isinstance(text, ast.Constant):
            given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
            names = {each.attr for value in given for each in ast.walk(value) if isinstance(each, ast.Attribute)}
            flags = 0
            for name in names & set(re.RegexFlag.__members__):
                flags |= getattr(re, name)
            yield node.lineno, re.compile(text.value, flags)


# Texts that a pattern takes long on, if it takes long on any


def hostile_parts(pattern):
    """Return (head, unit, tail) of texts on which a pattern may take long: its beginnings, and its loops to repeat."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(text, pattern.flags)
    literals = "".join(dict.fromkeys(char for char in text if not char.isalnum()))[:20]
    units = {}
    for alphabet in (CANDIDATES, literals + CANDIDATES):
        for before, loop, after in beginnings(tree, "", alphabet):
            whole = ("", before + loop, ""), ("", before + loop + after, "")
            units |= dict.fromkeys([("", before, ""), (before, loop, ""), (before, loop, "\x01"), *whole])
    return [parts for parts in list(units)[:MOST] if parts[1]]


def hostile(pattern, parts, length):
    """Yield a text of about `length` characters for each of `parts`."""
    for head, unit, tail in parts:
        made = head + unit * (length // len(unit)) + tail
        yield made.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else made


def beginnings(items, before, alphabet):
    """Yield (text before, text of a loop or of a step, text after) at each step of a pattern, into its branches."""
    items = list(items)
    for index, item in enumerate(items):
        rest = sample(items[index + 1 :], alphabet)
        own = sample([item], alphabet)
        op, argument = item
        if op in REPEATS:
            yield before, sample(argument[2], alphabet), rest[:-1]
            yield from beginnings(argument[2], before, alphabet)
        elif op is sre.SUBPATTERN:
            yield from beginnings(argument[3], before, alphabet)
        elif op is sre.BRANCH:
            for branch in argument[1][:BRANCHES]:
                yield from beginnings(branch, before, alphabet)
        elif op is sre.ATOMIC_GROUP:
            yield from beginnings(argument, before, alphabet)
        if op is not sre.LITERAL or index + 1 == len(items):
            yield before, own, rest[:-1]
        before += own


def sample(items, alphabet):
    """Return a short text that a part of a pattern matches, in most cases."""
    parts = []
    for op, argument in items:
        if op is sre.LITERAL:
            parts.append(chr(argument))
        elif op in REPEATS:
            least, most, inner = argument
            parts.append(sample(inner, alphabet) * min(max(least, 1), int(most)))
        elif op is sre.SUBPATTERN:
            parts.append(sample(argument[3], alphabet))
        elif op is sre.ATOMIC_GROUP:
            parts.append(sample(argument, alphabet))
        elif op is sre.BRANCH:
            parts.append(sample(argument[1][0], alphabet))
        elif op in (sre.IN, sre.ANY, sre.NOT_LITERAL):
            parts.append(one_of(op, argument, alphabet))
    return "".join(parts)


def one_of(op, argument, alphabet):
    """Return a character of a class."""
    if op is sre.ANY:
        return alphabet[0]
    if op is sre.NOT_LITERAL:
        return next(char for char in alphabet if ord(char) != argument)
    negated = argument[0][0] is sre.NEGATE
    return next((char for char in alphabet if is_in(argument, char) != negated), first_of(argument))


def is_in(argument, char):
    for op, value in argument:
        if op is sre.LITERAL and ord(char) == value:
            return True
        if op is sre.RANGE and value[0] <= ord(char) <= value[1]:
            return True
        if op is sre.CATEGORY:
            named = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}
            name = str(value).removeprefix("CATEGORY_")
            if named[name.removeprefix("NOT_")] != name.startswith("NOT_"):
                return True
    return False


def first_of(argument):
    for op, value in argument:
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.RANGE:
            return chr(value[0])
    return "a"


# How long they take


def seconds(pattern, method, text, times=1):
    """Return the least CPU time of this thread that a pattern takes over a text."""
    best = float("inf")
    for _ in range(times):
        began = time.thread_time()
        found = getattr(pattern, method)(text)
        if method == "finditer":
            for _match in found:
                pass
        best = min(best, time.thread_time() - began)
    return best


def growth(pattern, method, short, long):
    """Return how many times longer a pattern takes over the second text than over the first."""
    return seconds(pattern, method, long, 3) / max(seconds(pattern, method, short, 3), FLOOR / 4)


def slow_text(pattern):
    """Return (method, beginning of a text, ratio) where the time grows faster than it; None if it never does."""
    parts = hostile_parts(pattern)
    for method in METHODS:
        for length in range(12, 34, 3):  # what grows exponentially would never come to an end on the long ones
            if any(seconds(pattern, method, text) > 0.05 for text in hostile(pattern, parts, length)):
                return method, "exponential", float("inf")
        for short, long, longer in zip(*(hostile(pattern, parts, LONG * times) for times in (1, 2, 4)), strict=True):
            if seconds(pattern, method, long) < FLOOR:
                continue
            ratio = growth(pattern, method, short, long)
            if ratio >= 3 and seconds(pattern, method, longer) > SURELY_SLOW:
                return method, long[:40], round(ratio, 1)
            if ratio >= 3:  # perhaps a loop with a limit, which shows on a longer text, or a busy machine
                ratio = growth(pattern, method, long, longer)
            if ratio >= 3:  # a busy machine does not slow the same text down most times
                ratio = median(growth(pattern, method, long, longer) for _ in range(CONFIRMATIONS))
            if ratio >= 3:
                return method, long[:40], round(ratio, 1)
    return None
