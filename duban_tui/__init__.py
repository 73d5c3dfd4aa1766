"""The duty desk 值班台: screens, keys, words and colours in the terminal, and the command line.

It imports `db` and is never imported by it. Importing this package loads nothing and opens no file.
"""
