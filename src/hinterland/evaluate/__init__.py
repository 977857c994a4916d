"""What says how far to trust a forecast: baselines, scores and back-tests."""
