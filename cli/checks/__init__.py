"""What `sixring doctor` looks at: each check is a small function that gives findings."""
