"""Tests of the desk: real screens, driven by keys."""
