"""What logs in at the broker. Never printed, and light enough for whoever only passes it on."""

from tomking.core.value import value


@value
class Keys:
    """What the broker knows this account's program by. Printing them shows nothing."""

    client_secret: str
    refresh_token: str

    def __repr__(self) -> str:
        return "Keys(not shown)"
