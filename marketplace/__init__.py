"""Kaixu: the project, and the rooms in which a deal is made."""
