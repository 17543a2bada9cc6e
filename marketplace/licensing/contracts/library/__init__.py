"""The clause library: one function for each clause, Chinese and English side by side so that neither is forgotten."""
