"""What `./dev bench quality` is made of: peers in environments of their own, workloads, and how they are measured."""
