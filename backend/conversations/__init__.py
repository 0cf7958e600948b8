"""Conversations: what a guest writes, understood and answered on every channel.

`understanding` reads a message (pure, standard library only), `dialogue` decides what to say and do (pure), `service` runs a
turn through ports. Nothing is imported here, so that `scripts/understand` works on a bare Python.
"""
