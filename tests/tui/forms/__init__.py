"""Forms and the case screen, filled in as an officer does."""
