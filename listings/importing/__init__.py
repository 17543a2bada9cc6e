"""Bringing an inventory in: read a sheet, look at every row, store all of it or nothing."""
