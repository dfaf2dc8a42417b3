"""Watching people and projects over time: detectors with a stated rate of false alarms."""
