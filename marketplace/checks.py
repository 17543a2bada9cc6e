"""System checks: a site that is not safe to run does not start."""
