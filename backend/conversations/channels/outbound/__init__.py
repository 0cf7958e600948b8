"""What goes out in threads over channels: sent in order, a message once, and what providers report of it afterwards."""
