"""Pages about a run and its places: self-contained HTML with charts, tables, sources, in three languages."""
