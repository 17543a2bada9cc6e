"""What this room answers over HTTP: thin functions, one module for each reader."""
