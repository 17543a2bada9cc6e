"""Invented universities, firms, patents, offers and deals, so that every page has something true to show.

Everything goes through the rooms' own flows; numbers and codes are of a kind that no office issues.
"""
