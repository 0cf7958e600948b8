"""WhatsApp by Meta's Cloud API and Instagram messaging: one webhook, two senders, the accounts they take."""
