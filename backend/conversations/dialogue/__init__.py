"""The dialogue: from what was understood to what is said and done next. Pure; `machine.advance` is its one way in.

Called by `backend.conversations.runner`, which carries out what the dialogue asks for. Nothing is imported here.
"""
