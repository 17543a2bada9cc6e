"""How money arrives, and the books that prove it."""
