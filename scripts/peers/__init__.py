"""What a user would otherwise take, measured beside this project in the same run."""
