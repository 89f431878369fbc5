"""What happens with no screen: the desk, the mail room, the housekeeping, practice and rehearsal."""
