"""The equations: pure functions of arrays, put in order by `step.py`."""
