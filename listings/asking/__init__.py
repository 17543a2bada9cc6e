"""Questions by mailed link to people without an account: what they read, how they get in, what is kept of answers."""
