"""What can keep the machine from starting, as a stable code whose sentence is in the catalogues. Raised here
and in the supervisor.

The console says it in the reader's language; `str()` gives the English sentence for logs and tests.
"""

from __future__ import annotations

from backend.platform.texts import say


class Trouble(RuntimeError):  # noqa: N818 -- not an error of the program, see above
    """Something outside the program that a person must put right; `params` fill the sentence
    `trouble.<code>`.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def explain(self, locale: str | None) -> str:
        """What is wrong and what to do, in the language of `locale`."""
        return say(f"trouble.{self.code}", locale, **self.params)

    def __str__(self) -> str:
        return self.explain("en")
