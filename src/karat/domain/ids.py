"""Distinct types for the identifiers of things, so that one is never passed for another."""

from typing import NewType

AccountId = NewType("AccountId", int)
AnnotatorId = NewType("AnnotatorId", int)
"""One person's membership in one project: the unit of routing, probes and statistics."""
ProjectId = NewType("ProjectId", int)
BatchId = NewType("BatchId", int)
ItemId = NewType("ItemId", int)
QueueId = NewType("QueueId", int)
AssignmentId = NewType("AssignmentId", str)
"""Random and opaque: the only identifier of work that an annotator's client ever sees."""
AnnotationId = NewType("AnnotationId", int)
MediaId = NewType("MediaId", str)
ReleaseId = NewType("ReleaseId", int)
JobId = NewType("JobId", int)
EventId = NewType("EventId", int)
UploadId = NewType("UploadId", str)
