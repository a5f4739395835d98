"""Scores results against golden annotations. Builds on ``extractor``, which never imports it."""
