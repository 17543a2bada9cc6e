"""The platform's seal on papers, and its verification."""
