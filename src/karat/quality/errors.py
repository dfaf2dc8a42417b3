"""Why a number cannot be given. A kernel raises one of these; it never answers NaN.

QualityError (a ValueError)
├── NoRatings            there is nothing to measure
├── TooLittleOverlap     too few items have ratings by several annotators
│   └── NotConnected     items fall into groups between which nothing was compared
├── SingleClass          everybody gave one class: chance agreement is undefined
├── NoGold               no rating falls on an item with a gold label
├── UnknownClass         a label is not among the classes that were declared
├── UnknownMethod        no such method, coefficient or metric
├── NotNumeric           the metric needs classes that are numbers
├── TimeLimit            an exact search took longer than it was allowed
├── UnknownItem          a statistic is asked to take back what it never received
└── UnreadableRatings    a file, table or array is not a list of ratings; says where
"""


class QualityError(ValueError):
    """A measurement is impossible with what was given; the message says what is missing and how much."""


class NoRatings(QualityError):
    """There is no rating at all."""


class TooLittleOverlap(QualityError):
    """Too few items have ratings by several annotators for the number that was asked for."""


class NotConnected(TooLittleOverlap):
    """Items fall into groups between which nothing was compared, or one group always beat the other."""


class SingleClass(QualityError):
    """Everybody gave the same class, so agreement beyond chance is undefined."""


class NoGold(QualityError):
    """No rating falls on an item with a gold label."""


class UnknownClass(QualityError):
    """A label is not among the declared classes."""


class UnknownMethod(QualityError):
    """The method, coefficient or metric does not exist, or does not go with the others."""


class NotNumeric(QualityError):
    """The metric measures distances between numbers, and a class is not a number."""


class TimeLimit(QualityError):
    """An exact search took longer than it was allowed; the message says what would make it shorter."""


class UnknownItem(QualityError):
    """A running statistic is asked to take back an item it never received."""


class UnreadableRatings(QualityError):
    """A file, table or array cannot be read as ratings; the message names the line, column or row."""
