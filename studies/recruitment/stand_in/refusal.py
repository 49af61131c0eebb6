"""What Prolific would refuse, with its status and words."""


class Refusal(Exception):
    """A request that Prolific would refuse: status and detail."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
