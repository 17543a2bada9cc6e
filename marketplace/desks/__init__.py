"""What a university, a firm or an administrator sees first."""
