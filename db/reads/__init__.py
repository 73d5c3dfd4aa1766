"""The read door: named SQL on a bare read-only connection, answered as NamedTuples."""
