"""The staff's side of conversations: threads, what was said in them, taking and giving back, what goes out."""
