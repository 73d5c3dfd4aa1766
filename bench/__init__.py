"""What `make bench` runs: our figures and those of the plain way, in the same run, on the same rows."""
