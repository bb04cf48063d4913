"""Inflection: a verb as "… is done", "doing …", as far as rules and a list go."""

import re

_DONE = {
    "begin": "begun", "bend": "bent", "bind": "bound", "blow": "blown", "break": "broken",
    "bring": "brought", "build": "built", "burn": "burnt", "buy": "bought",
    "catch": "caught", "choose": "chosen", "cut": "cut", "dig": "dug", "do": "done",
    "draw": "drawn", "drive": "driven", "eat": "eaten", "feed": "fed", "find": "found",
    "fly": "flown", "freeze": "frozen", "get": "got", "give": "given", "go": "gone",
    "grind": "ground", "grow": "grown", "hang": "hung", "hear": "heard", "hide": "hidden",
    "hit": "hit", "hold": "held", "keep": "kept", "know": "known", "lay": "laid",
    "lead": "led", "leave": "left", "lend": "lent", "let": "let", "light": "lit",
    "lose": "lost", "make": "made", "meet": "met", "mow": "mown", "pay": "paid",
    "put": "put", "quit": "quit", "read": "read", "ride": "ridden", "ring": "rung",
    "run": "run", "say": "said", "see": "seen", "sell": "sold", "send": "sent",
    "set": "set", "shake": "shaken", "shoot": "shot", "show": "shown", "shut": "shut",
    "sing": "sung", "sink": "sunk", "slide": "slid", "speak": "spoken", "spend": "spent",
    "spin": "spun", "split": "split", "spread": "spread", "stick": "stuck",
    "sweep": "swept", "swing": "swung", "take": "taken", "teach": "taught",
    "tear": "torn", "tell": "told", "think": "thought", "throw": "thrown",
    "wake": "woken", "wear": "worn", "win": "won", "wind": "wound", "write": "written",
}  # fmt: skip
_DOUBLED = re.compile(r"(?:[^aeiou]*|qu)[aeiou][bdgklmnprt]")  # one short syllable
_DOUBLED_TOO = frozenset("begin commit forget format permit submit transfer".split())


def gerund(verb: str) -> str:
    """Give a verb as in "start watering the plants"."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    return f"{_stem(verb)}ing"


def participle(verb: str) -> str:
    """Give a verb as in "get the plants watered"."""
    if verb in _DONE:
        return _DONE[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{_stem(verb)}ed"


def _stem(verb: str) -> str:
    is_doubled = verb in _DOUBLED_TOO or _DOUBLED.fullmatch(verb)
    return verb + verb[-1] if is_doubled else verb
