"""What belongs to no business word: sessions, outbox, live feed, locks, cache, limits, storage, senders, ciphers, telemetry."""
