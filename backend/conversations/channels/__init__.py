"""How guests reach the conversation besides the web chat: WhatsApp, SMS, Instagram, e-mail. One inbound shape, one outbound
shape; each channel renders what it can and falls back to text.

A webhook verifies, writes the message down and answers at once; the worker talks. Decision 011.
"""
