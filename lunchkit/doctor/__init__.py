"""What is wrong with an instance, in words that say what to do."""

from lunchkit.doctor.examination import examine
from lunchkit.doctor.findings import Finding, Level
from lunchkit.doctor.machine import in_a_line, sqlite_is_unsafe

__all__ = ["Finding", "Level", "examine", "in_a_line", "sqlite_is_unsafe"]
