"""Measures: arrays in, named results out. Knows nothing of Karat and runs in a bare notebook (numpy, scipy)."""
