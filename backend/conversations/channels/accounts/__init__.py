"""A restaurant's accounts at providers: which number, page or mail address is theirs, and what is needed to use it."""
