"""The project's own commands: golden files, README, benchmark, wheel check."""
