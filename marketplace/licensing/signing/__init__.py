"""The platform's seal on papers, and its verification.

pyHanko is loaded by the first seal or the first examined file, not by every process that starts: it takes 50 MB.
"""

LIMIT = 10 * 2**20  # bytes of a file that is examined; our own papers stay far below one
