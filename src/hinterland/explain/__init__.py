"""Why places change as they do, and what would change that."""
