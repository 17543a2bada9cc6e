"""Pure helpers that know no model and no app."""
