"""Keeping the office whole: copies, check-ups, repairs, and what a start finds after an end that was none."""
