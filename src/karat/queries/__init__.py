"""ANSWERS: permission, then reading. Law: a query gets a Reader and cannot write."""
