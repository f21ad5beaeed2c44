"""What can stand in the way of starting, in words for the person who typed the command."""


class RuntimeProblem(Exception):
    """The message is shown as it is: what is wrong, then what to do about it."""


def last_lines(text: str, count: int = 12) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])
