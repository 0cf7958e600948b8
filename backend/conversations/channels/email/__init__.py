"""The e-mail channel: letters in (maildir, SMTP, IMAP, SES), answers out as proper replies. Decision 014.

A collector hands each letter's bytes to `door`, which reads it, decides what it is and writes a guest's words down; `sending` is
the channel's sender. Everything else here is pure.
"""
