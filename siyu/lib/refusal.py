"""How a service says no."""


class Refusal(Exception):
    """A request that a rule forbids: `code` is stable (`points.insufficient`), `because` tells a person what to do."""

    def __init__(self, code: str, because: str) -> None:
        super().__init__(f"{code}: {because}")
        self.code = code
        self.because = because
