"""The outside world turned into checked countries; the only code that reads raw files."""
