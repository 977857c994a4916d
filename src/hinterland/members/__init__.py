"""Members of a run: what each draws, blocks of them run together, and what is told of all, in memory or on disk."""
