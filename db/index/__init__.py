"""The index behind the lookup box: which cases contain these characters.

A log-structured merge tree (O'Neil et al., 1996) in plain tables. Words wait as they were written
(`waiting`), are pressed into pieces of lists by the thousand (`pressing`), and small pieces are merged into
larger ones (`merging`, and `choosing` which).
`keys` says under what a text stands, `lists` how that is stored, `pieces` is how it is read.
"""
