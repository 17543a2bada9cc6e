"""Settings: base, development, test and production."""
