"""What things are, what is allowed and what should happen. Law: standard library only, no clock, no I/O."""
