"""Why a world cannot be simulated."""


class SimulationError(ValueError):
    """A world that is not there or says something impossible; the message says what to write instead."""


class UnknownWorld(SimulationError):
    """No world has this name, and no file either."""


class BadWorld(SimulationError):
    """A world's description has a key that means nothing, a value out of range, or parts that contradict."""
