"""What `karat demo` shows: two projects, and a small simulated workforce that has worked on one of them."""
