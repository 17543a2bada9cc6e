"""Numbers and codes that are well formed and that no office issues."""

from __future__ import annotations

from marketplace.lib.numbers import application_check_digit, credit_check_character

TYPES = {"invention": "1", "utility_model": "2", "design": "3"}
KIND_CODES = {"invention": "B", "utility_model": "U", "design": "S"}


def application_number(kind: str, year: int, serial: int) -> str:
    """An application number with a right check digit; the office's own serials never reach 99xxxxx."""
    digits = f"{year}{TYPES[kind]}99{serial:05d}"
    return digits + application_check_digit(digits)


def announcement_number(kind: str, serial: int) -> str:
    """An announcement number beyond any the office has reached."""
    return f"CN{TYPES[kind]}99{serial:06d}{KIND_CODES[kind]}"


def credit_code(prefix: str, serial: int) -> str:
    """A unified social credit code with a right check character in division 990000, which does not exist."""
    body = f"{prefix}990000DEMK{serial:05d}"
    return body + credit_check_character(body)
