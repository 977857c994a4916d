"""Distance between places and the kernels that weigh it."""
