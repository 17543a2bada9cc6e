"""From a request to a license, and its life after."""
