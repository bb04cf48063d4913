"""What the history must not hold: the words of actions that take a person's own text.

An action of the catalogue says so itself (`private`).
"""

from collections.abc import Iterable, Mapping

from whisperad.action import Action
from whisperad.protocol import Interpretation, Said

LEFT_OUT = "…"


def told(
    reply: Interpretation, utterance: str, actions: Mapping[str, Action]
) -> tuple[str, tuple[Said, ...]]:
    """Give the utterance and the intents of a reply as the history may have them.

    Where words of a private action stand cannot be told for certain, so then the whole
    utterance is left out, and every slot that is no choice of the catalogue's.
    """
    meant = [str(said["action"]) for said in reply.intents]
    perhaps = [str(candidate.intent["action"]) for candidate in reply.candidates]
    hidden = {name for name in (*meant, *perhaps) if _is_private(name, actions)}
    if not hidden:
        return utterance, reply.intents
    named = meant if hidden & set(meant) else [n for n in perhaps if n in hidden]
    intents = tuple(_without_words(said, hidden, actions) for said in reply.intents)
    return f"{' '.join(named)} {LEFT_OUT}", intents


def _is_private(name: str, actions: Mapping[str, Action]) -> bool:
    # One that a reload has taken away may have been.
    return name not in actions or actions[name].private


def _without_words(
    said: Said, hidden: Iterable[str], actions: Mapping[str, Action]
) -> Said:
    name = str(said["action"])
    if name not in hidden:
        return said
    slots = actions[name].slots if name in actions else {}
    kept = {"action", *(slot for slot in slots if slots[slot].type == "choice")}
    return {slot: v if slot in kept else LEFT_OUT for slot, v in said.items()}
