"""Files to items and labels, and back."""
