"""What an institution makes public before its terms bind: how long, who may object, and the feeds of it."""
