"""The usage of every command, by area: its arguments and its help."""
