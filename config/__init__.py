"""Settings, secrets, where files live, and what every room needs: errors, clocks, hostile text."""
