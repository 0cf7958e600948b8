"""What a message says and when it is due, decided without any I/O.

Called by the rendering and by the notification use cases.
"""
