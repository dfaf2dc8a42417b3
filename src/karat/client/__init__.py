"""The Python client: what a program does with a Karat server, without installing one.

with Client("https://karat.example.org", os.environ["KARAT_TOKEN"]) as karat:
    karat.import_file("comments.csv", "Toxicity")
    karat.export("Toxicity", "labels.jsonl")
"""

from karat.client.client import Client
from karat.client.errors import (
    Conflict,
    Invalid,
    KaratError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ServerFault,
    TooManyRequests,
    Unreachable,
)
from karat.client.work import Work

__all__ = [
    "Client",
    "Conflict",
    "Invalid",
    "KaratError",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "ServerFault",
    "TooManyRequests",
    "Unreachable",
    "Work",
]
