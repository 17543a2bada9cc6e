"""Who is told what, and when they are reminded."""
