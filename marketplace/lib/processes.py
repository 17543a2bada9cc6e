"""Worker processes that need the site: importing this module needs nothing of it."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def pool(processes: int) -> ProcessPoolExecutor:
    """So many processes with the site set up as the environment says, and database connections of their own."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=begin)


def begin() -> None:
    """Set the site up in a process that was started bare."""
    import django

    django.setup()
