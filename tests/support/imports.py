"""What tests of imports have in common: a header, an option, and what came of a file."""

from __future__ import annotations

from store.imports.report import ImportOptions, Report

GOOD = "name,phone,email,created_at\n"
KEEP = ImportOptions(keep_going=True)


def counts(report: Report) -> tuple[int, int, int, int]:
    """New, joined, repeated, rejected."""
    return report.new, report.joined, report.repeated, report.rejected
