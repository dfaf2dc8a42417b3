"""How often somebody may ask: token buckets in this process's memory.

With n processes a limit is up to n times as high: it protects each process, not the installation as a whole.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address, ip_address

MAX_KEYS = 50_000
"""Buckets kept at most; the longest unused go first, and those are full again or nearly so."""


class TokenBuckets:
    """`per_minute` tokens for each key, refilled steadily; 0 is no limit."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        if not self._capacity:
            return 0.0
        now = self._clock()
        tokens, filled_at = self._buckets.pop(key, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - filled_at) * self._per_second)
        is_granted = tokens >= 1
        self._buckets[key] = (tokens - 1 if is_granted else tokens, now)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if is_granted else (1 - tokens) / self._per_second


def network_of(address: str) -> str:
    """What counts as one address: an IPv6 household has 2^64 of them.

    >>> network_of("2001:db8::17"), network_of("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return address
