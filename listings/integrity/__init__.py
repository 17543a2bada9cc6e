"""What looks odd, found by programs and judged by people: one detector per kind of flag, each with its evidence."""
