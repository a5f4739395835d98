"""Many letters at once: from a list of inputs to a data set, resumable, at a known price, none lost.

Entry by entry: ``inputs`` names what is read, ``local`` or ``cluster`` reads it, ``folder`` keeps what became of each
letter, ``assemble`` makes the data set of it.
"""
