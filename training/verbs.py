"""Verbs that people say for one another: the groups of `config/wording/verbs.toml`."""

from collections import defaultdict
from pathlib import Path

from training.synonyms import groups

FILE = "verbs.toml"


class Verbs:
    """For each verb, with words that belong to it, others of its groups.

    A folder without the file has none. Raises `BadConfig`.
    """

    def __init__(self, config: Path) -> None:
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for group in groups(config / "wording" / FILE):
            for verb in group:
                found[verb].update(dict.fromkeys(o for o in group if o != verb))
        self._others = {verb: tuple(others) for verb, others in found.items()}

    def __contains__(self, verb: str) -> bool:
        return verb in self._others

    def like(self, verb: str) -> tuple[str, ...]:
        """Give the verbs that may stand for this one."""
        return self._others.get(verb, ())
