"""The report: how good are these labels, why not better, what next."""

from karat.quality.report.contents import Source
from karat.quality.report.make import report
from karat.quality.report.report import Report

__all__ = ["Report", "Source", "report"]
