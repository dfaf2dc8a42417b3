"""Why the labels were inferred as they were."""

from karat.quality.consensus import Consensus


def why_this_method(found: Consensus) -> str:
    """In words, which method made the labels and whether it came to rest."""
    rest = "" if found.converged else " It had not come to rest when it was stopped."
    return f"The labels are those of the method {found.method!r}.{rest}"
