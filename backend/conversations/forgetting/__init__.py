"""What conversations do not keep: what is old, and what an erased guest said."""
