"""What a run leaves on disk: the list of its variables, the Zarr store, summaries, and answers about one place."""
