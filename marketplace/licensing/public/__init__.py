"""What the public may read of licenses and their prices."""
