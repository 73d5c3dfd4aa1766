"""The records office 档案室: what is true about cases and units, and the rules that keep it true.

Nothing is imported and no file is opened here; each module is loaded where it is needed,
because a quick lookup must not pay for the ORM (docs/ARCHITECTURE.md, "Start").
"""
