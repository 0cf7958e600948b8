"""WhatsApp and SMS by Twilio: its webhooks, its way of saying things, the accounts it takes."""
