"""The waiting list: who would come if a table came free. Its use cases are `service`; joined in `reservations.service`."""
