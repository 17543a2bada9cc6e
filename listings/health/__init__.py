"""Watching what is on offer: legal status from files and sources, annual fees, freezing when something happens."""
