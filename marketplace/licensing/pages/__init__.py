"""What the pages of a deal show to one person."""
