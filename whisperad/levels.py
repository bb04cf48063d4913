"""Levels that are said without a number: "max", "halfway", "a touch" -> percents."""

from collections.abc import Mapping

_LEVELS: Mapping[int, str] = {
    0: "min|minimum|minimal|lowest|all the way down|off|nothing|silent|none|"
    "quietest|dimmest|darkest|as low as possible|"
    "as quiet as possible|as low as it goes|rock bottom|nil|empty|mute",
    5: "a bit|a little|a little bit|a tad|slightly|a touch|a smidge|a smidgen|bit|"
    "little|little bit|touch|tad|a wee bit|a tiny bit|a small bit|tiny bit|ever so|"
    "a hair|a pinch|somewhat|slight|ever so slightly|very slightly|a fraction|a bit more|"
    "a small amount|a teeny bit|ever so little|some",
    10: "a notch|one notch|a step|notch|step",
    20: "quite a bit|a fair bit|a good bit|a bunch|a good deal",
    25: "low|quiet|dim",
    30: "a lot|lots|much|a whole lot|loads|a great deal|way",
    50: "halfway|half way|mid|middle|medium|half way up|halfway up|midway|"
    "average|moderate|half volume|half brightness",
    75: "high|loud|bright",
    100: "max|maximum|full|highest|all the way|all the way up|top|"
    "the top|loudest|brightest|full blast|as high as possible|"
    "as loud as possible|as loud as it goes|as high as it goes|as bright as possible|"
    "full volume|full brightness|maxed out|max volume|max brightness|maxi|everything",
}
_SAID = {words: level for level, said in _LEVELS.items() for words in said.split("|")}
NOTCHES = frozenset("notch notches step steps tick ticks click clicks".split())
NOTCH = 10  # percent
# What may stand behind a level without changing it: "the max value", "half of it".
_MEASURED = frozenset(
    "value level setting mark position possible brightness volume loudness sound point"
    " points more less louder quieter softer brighter dimmer darker lighter higher lower"
    " up down extra of it the odd something ish or so please".split()
)


def level(words: list[str]) -> int | None:
    """Give the percents that words without a number stand for."""
    return _SAID.get(" ".join(words))


def bare(words: list[str]) -> list[str]:
    """Drop what does not change a level from around it."""
    while len(words) > 1 and words[-1] in _MEASURED and level(words) is None:
        words = words[:-1]
    return words[1:] if words[:1] == ["level"] and len(words) > 1 else words
