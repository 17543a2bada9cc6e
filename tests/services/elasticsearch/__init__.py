"""A real Elasticsearch for tests, out of the jars that Maven has."""
