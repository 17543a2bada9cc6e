"""The papers of the open track for the patent office: declarations, one or many, and withdrawals."""
