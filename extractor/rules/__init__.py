"""The regex baseline: what a letter states, read by its form alone."""
