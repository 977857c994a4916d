"""The claims this project starts from, each held to data, to back-tests and to the model: three lines, never mixed."""
