"""What a run found, for eyes and for programs: figures come in, none is computed here."""
