"""LATER: what follows the event log or runs from the job table."""
