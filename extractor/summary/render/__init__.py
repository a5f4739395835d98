"""A summary on paper, in a terminal, in a browser: the same sentences in the same order."""
