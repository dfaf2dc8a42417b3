"""What to ask next, of whom, and when to stop: from probabilities, costs and a pilot to the next best answer."""
