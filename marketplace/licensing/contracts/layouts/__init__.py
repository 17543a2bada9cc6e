"""What each kind of paper shows, in which order."""
