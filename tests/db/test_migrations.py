"""The migrated schema is the one the models describe."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)
from db.connection import SCHEMA_VERSION, open_writer
from db.migrations import engine
from db.office import migrate

NOT_MODELS = ("alembic_version", "lookup")
"""Alembic's own table, and the full-text index, which is no table of rows."""


def test_the_migrated_schema_is_that_of_the_models(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    writer = open_writer(path, create=True)
    migrate(writer, path)
    assert writer.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert writer.execute("PRAGMA page_size").fetchone() == (8192,)
    writer.close()
    opened = engine(path)
    with opened.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda thing, name, *_: not str(name).startswith(NOT_MODELS)},
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    opened.dispose()
