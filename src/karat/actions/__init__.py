"""CHANGES: permission, rule, store, event, in one transaction that the edge opens and commits."""
