"""What is known of single annotators."""
