"""The migrated schema is the one the models describe."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import db.models  # noqa: F401  (fills the metadata)
from db import closed, migrations
from db.connection import (
    SCHEMA_VERSION,
    Connection,
    OutdatedOffice,
    open_reader,
    open_writer,
    transaction,
)
from db.migrations import engine
from db.office import migrate, upgrade
from tests.db.small_db import add_case, add_unit

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


def office_of_version_1(path: Path) -> Connection:
    """An office as first shipped, with an open and two closed cases."""
    open_writer(path, create=True).close()
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    opened = engine(path)
    with opened.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("PRAGMA user_version = 1")
    opened.dispose()
    writer = open_writer(path)
    with transaction(writer):
        add_unit(writer, 1, "重庆市", None, 1)
        add_unit(writer, 2, "綦江区", 1, 2)
        add_case(writer, 1, unit_id=2, l2=2)
        add_case(writer, 2, unit_id=2, l2=2, open=0)
        add_case(writer, 3, open=0)
    return writer


def schema_of(connection: Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_an_office_of_version_1_is_brought_up_with_its_cases_counted(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    writer = office_of_version_1(path)
    migrate(writer, path)
    assert writer.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert (closed.count(writer, None), closed.count(writer, 2)) == (2, 1)
    assert closed.wrong(writer) == []
    fresh = open_writer(tmp_path / "fresh.db", create=True)
    migrate(fresh, tmp_path / "fresh.db")
    assert schema_of(writer) == schema_of(fresh)


def test_an_office_of_an_older_version_is_read_only_once_it_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    office_of_version_1(path).close()
    with pytest.raises(OutdatedOffice, match="升级"):
        open_reader(path)
    told: list[tuple[int, int]] = []
    upgrade(path, lambda done, total: told.append((done, total)))
    assert told[-1] == (3, 3)
    open_reader(path).close()


def test_an_upgrade_that_is_broken_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "office.db"
    writer = office_of_version_1(path)
    before = schema_of(writer)

    def breaks_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(op, "create_table", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            migrate(writer, path)
    assert schema_of(writer) == before
    assert writer.execute("PRAGMA user_version").fetchone() == (1,)
    migrate(writer, path)
    assert closed.wrong(writer) == []


def test_two_programs_that_upgrade_at_once_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    first = office_of_version_1(path)
    second = open_writer(path)
    migrate(first, path)
    migrations.upgrade(path)
    assert closed.wrong(second) == []
