"""Triggers of the index of answers: what is changed, hidden or deleted loses its words in the same statement.

Each watched table is that of a kind of answer, or of rows that belong to one, such as the common questions of a topic.
A trigger deletes the words and the `AnswerEntry`, and adds one that is not indexed if the row is public. So nothing is
found that is not public, even after plain SQL; `search.answer_index` writes the words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connections

from core.triggers import DatabaseObjects, run
from search import answer_index
from search.indexer import is_outdated

TABLES = ("search_answer", "search_answer_word")


@dataclass(frozen=True)
class Watched:
    """A table whose rows are answers, or belong to one: the column `key` has the answer's id."""

    kind: str
    table: str
    columns: tuple[str, ...]  # a change of another column changes no words
    answers: str  # the table of the answers
    condition: str  # SQL: which of them are public
    key: str = "id"


PAGES = Watched(
    "page", "pages_page", ("title", "search_words", "description", "body", "shown"), "pages_page", "answer.shown"
)
TOPICS = Watched(
    "topic", "consular_topic", ("name", "search_words", "sentence", "shown"), "consular_topic", "answer.shown"
)
QUESTIONS = Watched(
    "topic",
    "consular_commonquestion",
    ("topic_id", "question", "answer"),
    "consular_topic",
    "answer.shown",
    key="topic_id",
)
OFFICES = Watched(
    "office",
    "consular_office",
    ("kind", "name", "address", "map_url", "appointment_url", "phone", "emergency_phone", "email"),
    "consular_office",
    "1 = 1",
)
WATCHED = (PAGES, TOPICS, QUESTIONS, OFFICES)


def forget(watched: Watched, row: str) -> str:
    """Return the SQL that deletes the entry and the words of the answer of a row (OLD or NEW)."""
    which = f"kind = '{watched.kind}' AND object_id = {row}.{watched.key}"
    return f"DELETE FROM search_answer_word WHERE {which}; DELETE FROM search_answer WHERE {which};"  # noqa: S608


def note(watched: Watched, row: str) -> str:
    """Return the SQL that adds an entry without words for the answer of a row, if that is public."""
    return insert_entries(watched, f"answer.id = {row}.{watched.key}")


def insert_entries(watched: Watched, which: str) -> str:
    """Return the SQL that adds entries without words for public answers that have none."""
    return (
        f"INSERT INTO search_answer (kind, object_id, is_indexed) SELECT '{watched.kind}', answer.id, {{false}} "  # noqa: S608
        f"FROM {watched.answers} AS answer WHERE {watched.condition} AND {which} "
        "AND NOT EXISTS (SELECT 1 FROM search_answer AS e "
        f"WHERE e.kind = '{watched.kind}' AND e.object_id = answer.id);"
    )


def steps(watched: Watched, event: str) -> str:
    """Return the SQL of a trigger: the answers that the row belonged to and belongs to are indexed again."""
    rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[event]
    parts = [forget(watched, row) for row in rows] + [note(watched, row) for row in rows]
    return " ".join(parts).format(false="false")


def sqlite_statements(watched: Watched) -> tuple[str, ...]:
    """Return the triggers in SQLite's SQL."""
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in watched.columns)
    return tuple(
        f"CREATE TRIGGER IF NOT EXISTS search_answer_{watched.table}_{event} AFTER {event.upper()} ON {watched.table} "
        f"{f'WHEN {changed} ' if event == 'update' else ''}BEGIN {steps(watched, event)} END"
        for event in ("insert", "update", "delete")
    )


def postgresql_statements(watched: Watched) -> tuple[str, ...]:
    """Return the functions and the triggers in PostgreSQL's SQL."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in watched.columns)
    found = []
    for event in ("insert", "update", "delete"):
        name = f"search_answer_{watched.table}_{event}"
        found += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {steps(watched, event)} RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER {event.upper()} ON {watched.table} FOR EACH ROW "
            f"{f'WHEN ({changed}) ' if event == 'update' else ''}EXECUTE FUNCTION {name}()",
        ]
    return tuple(found)


def reset_answers(using: str = "default", chosen: tuple[Watched, ...] = (PAGES, TOPICS, OFFICES)) -> None:
    """Have every public answer indexed again; existing words stay until they are replaced."""
    for watched in chosen:
        gone = (
            f"DELETE FROM {{table}} WHERE kind = '{watched.kind}' AND NOT EXISTS (SELECT 1 FROM {watched.answers} "  # noqa: S608
            f"AS answer WHERE {watched.condition} AND answer.id = {{table}}.object_id)"
        )
        again = f"UPDATE search_answer SET is_indexed = false WHERE kind = '{watched.kind}'"  # noqa: S608
        missing = insert_entries(watched, "1 = 1").format(false="false").rstrip(";")
        run(connections[using], [*(gone.format(table=table) for table in TABLES), again, missing])


def index_after_migration(watched: Watched, using: str, may_be_stale: bool) -> None:
    """Bring the index of a kind up to date after a migration."""
    if may_be_stale or is_outdated(using):
        reset_answers(using, (watched,))
    answer_index.build_answers(using)


def database_objects(watched: Watched) -> DatabaseObjects:
    """Return the triggers of a watched table."""
    after: Callable[[str, bool], None] = partial(index_after_migration, watched)
    return DatabaseObjects(
        name=f"search answers {watched.table}",
        watched=watched.table,
        tables=frozenset({*TABLES, "search_state", watched.table, watched.answers}),
        sqlite=sqlite_statements(watched),
        postgresql=postgresql_statements(watched),
        apps=frozenset({watched.table.partition("_")[0], "search"}),
        after_migration=after,
    )


SEARCH_ANSWERS = tuple(map(database_objects, WATCHED))
