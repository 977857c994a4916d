"""Why places fare as they do, and what would change it."""
