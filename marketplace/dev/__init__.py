"""Pages for developers: mail as it would arrive. Mounted only where DEV_PAGES is on."""
