"""The screens, one module and one .kv each."""
