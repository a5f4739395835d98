"""A language model as second reader: it names units of the letter, and never words of its own."""
