"""Forms of the owner's pages and of the publicity."""
