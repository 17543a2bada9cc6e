"""What surrounds every page: its language, what was typed into it, what went wrong, and whether the site is well."""
