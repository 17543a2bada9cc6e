"""Django's handle on this room."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """Listings."""

    name = "listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        """Let the search index hear what moves."""
        from listings.search import indexer
        from marketplace.outbox import outbox

        outbox.handles("listing.moved", "search")(indexer.on_listing_moved)
        outbox.handles("patent.health_changed", "search")(indexer.on_patent_health_changed)
