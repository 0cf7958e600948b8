"""What guests write over channels: taken down when it comes, worked on by the worker, once a message."""
