"""A reply as each channel can show it: what it can be given of pictures, buttons and lists, and text for the rest. Pure."""
