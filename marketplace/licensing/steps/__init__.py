"""The rows of the table of steps, by what they are about; licensing.states puts them together."""
