"""What many letters say together: rates with intervals, and finding an item again by its words.

Everything is computed from the tables that ``imr batch`` wrote, by duckdb, which the extra ``analysis`` brings. Figures
are made in ``stats``; ``table``, ``page`` and ``csv`` only show them.
"""
