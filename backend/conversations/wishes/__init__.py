"""What guests decide about messages and their own data in a conversation."""
