"""The command line: one small file a command; each is imported when it is called."""
