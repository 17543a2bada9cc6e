"""Effects that are written with the fact that causes them, and carried out afterwards."""
