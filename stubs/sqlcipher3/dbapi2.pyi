# sqlcipher3 is the standard library's sqlite3 over another SQLite: same classes, same signatures.
# It carries no types of its own, so it borrows those; only what Duban uses stands here.

from sqlite3 import Blob as Blob
from sqlite3 import Connection as Connection
from sqlite3 import Cursor as Cursor
from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import Error as Error
from sqlite3 import IntegrityError as IntegrityError
from sqlite3 import OperationalError as OperationalError
from sqlite3 import ProgrammingError as ProgrammingError
from sqlite3 import Row as Row
from sqlite3 import connect as connect
from sqlite3 import register_adapter as register_adapter
from sqlite3 import sqlite_version as sqlite_version
from sqlite3 import sqlite_version_info as sqlite_version_info
