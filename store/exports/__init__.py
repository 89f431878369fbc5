"""What leaves the store as files: calls (every attempt) and payroll (every rep and day).

Each file is written whole or not at all, with a sidecar that anchors it in the
event chain. Long exports read by keyset pages and hold no snapshot.
"""
