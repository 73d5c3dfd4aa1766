"""The names of what lies in a data folder."""

DATABASE = "office.db"
"""The office."""

LOG, COPIED, DESK = "duban.log", "copied.txt", "desk.json"
"""What went wrong; what was too long for a clipboard; how the desk was left."""

REJECTS, BACKUPS = "rejects", "backups"
"""Folders: rows of ledgers that were not taken; copies that the desk makes by itself."""
