"""People, the organizations they act for, and their right to sign."""
