"""The rules: schedule, advance, calendar, gate, ranking, dispositions, letters; the clock is an argument."""
