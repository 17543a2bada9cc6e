"""Mail and in-site messages: one sentence and the next action."""
