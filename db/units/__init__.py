"""The unit tree 市—区县—镇街—村社: load and reorganise it, edit it, read it, resolve written names.

A unit is an identity with versions: what it was called and where it stood, from a day to a day. `load`,
`load_first`, `add`, `end`, `rename` and `alias` write inside the caller's transaction, or in one of
their own where there is none; the rest only reads. Nothing here imports the ORM; pypinyin is imported
only to give a new name its initials.
"""

from __future__ import annotations

from db.units.changes import Change, Changes
from db.units.edit import UnitEditError, add, alias, end, rename
from db.units.reorganise import load, load_first
from db.units.resolve import Resolution, Resolver, resolve
from db.units.store import refresh_rollups
from db.units.suggest import UnitIndex, suggest
from db.units.table import UnitTable, UnitTableError, packaged, packaged_departments, read_table
from db.units.tree import (
    Listed,
    Rollup,
    UnitRow,
    ancestors,
    children,
    heir,
    id_of,
    listing,
    living,
    path_of,
    rollup,
    root,
    row,
)

__all__ = [
    "Change",
    "Changes",
    "Listed",
    "Resolution",
    "Resolver",
    "Rollup",
    "UnitEditError",
    "UnitIndex",
    "UnitRow",
    "UnitTable",
    "UnitTableError",
    "add",
    "alias",
    "ancestors",
    "children",
    "end",
    "heir",
    "id_of",
    "listing",
    "living",
    "load",
    "load_first",
    "packaged",
    "packaged_departments",
    "path_of",
    "read_table",
    "refresh_rollups",
    "rename",
    "resolve",
    "rollup",
    "root",
    "row",
    "suggest",
]
