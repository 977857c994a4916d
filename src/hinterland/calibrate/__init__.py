"""What makes the model agree with the past."""
