"""Connected components: which things belong together, when pairs of them do."""


class Components:
    """Sets of names, joined by pairs."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, name: str) -> str:
        """Return the name that stands for the whole set."""
        path = []
        while (parent := self._parents.get(name, name)) != name:
            path.append(name)
            name = parent
        self._parents.update(dict.fromkeys(path, name))
        return name

    def join(self, a: str, b: str) -> str:
        """Make one set of two; return the name that stands for it."""
        a, b = sorted((self.root(a), self.root(b)))
        self._parents[b] = a
        return a
