"""The command line: `karat --help` is the manual."""
