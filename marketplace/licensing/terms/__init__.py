"""The terms of a license as values: what is frozen, in force, different, owed, and when it may end."""
