"""What people see: screens and parts, each a .py and a .kv of one name, drawn in the brand's values."""
