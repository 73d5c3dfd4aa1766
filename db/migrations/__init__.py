"""Alembic, driven from code: the schema as a chain of steps. Loaded only where a schema differs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlcipher3 import dbapi2

from db.connection import SCHEMA_VERSION, OfficeError, Progress, explain, take_key


def engine(path: Path, key: bytes | None = None) -> Engine:
    """An SQLAlchemy engine on the same driver as everything else, keyed as `connection.take_key` has it.

    Left alone, the driver begins a transaction only before it changes rows: a schema changed half-way
    would stay so.
    """

    def connect() -> dbapi2.Connection:
        held = dbapi2.connect(str(path), isolation_level=None)
        take_key(held, path, key)
        return held

    made = create_engine("sqlite://", creator=connect, module=dbapi2, poolclass=NullPool)
    event.listen(made, "begin", _begin)
    return made


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade(path: Path, progress: Progress = lambda done, total: None, *, key: bytes | None = None) -> None:
    """Run the missing steps and note the version, in one transaction.

    A step that goes over all cases tells `progress` how far it is: ``config.attributes["progress"]``.

    Raises:
        OfficeError: the database refused; it is as it was.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    opened = engine(path, key)
    try:
        with opened.begin() as connection:
            config.attributes["connection"] = connection
            config.attributes["progress"] = progress
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except DBAPIError as error:
        raise OfficeError(explain(error.orig or error, path)) from error
    finally:
        opened.dispose()
