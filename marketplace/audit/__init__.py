"""The append-only, hash-chained trail of what happened."""
