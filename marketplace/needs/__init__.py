"""What firms look for, told in their own words, and what on offer may fit it."""
