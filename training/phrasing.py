"""How one wording becomes many: politeness, fillers, typos, speech-to-text slips.

Works on pieces, so that a slot's words stay known; what happens to commands happens
to what is not a command just as often, or the disturbance itself would be a hint.
"""

from collections.abc import Callable
from random import Random

from training.imperatives import is_imperative
from whisperad.phrases import Piece

_ASKING = (
    "please", "can you", "could you", "could you please", "can you please", "would you",
    "will you", "i want you to", "i need you to", "i'd like you to", "i want to",
    "i'd like to", "i would like to", "i need to", "let's", "just", "go ahead and",
    "please can you", "would you please", "you should", "let me", "help me",
    "would you mind to", "you can", "now", "quickly", "kindly", "time to", "be so kind and",
    "can we", "could we", "i wish to", "may you", "i would like you to", "go and", "try to",
    "i'd love to", "i'd love you to", "i have to", "i think you should", "next",
)  # fmt: skip
_CALLING = (
    "hey", "ok", "okay", "computer", "hello", "hi", "assistant", "um", "uh", "so", "well",
    "hey computer", "ok computer", "alright", "right", "hey there", "yo", "erm", "listen",
    "sorry", "excuse me", "now", "and", "oh", "actually", "yeah", "yes", "dear computer",
)  # fmt: skip
_CLOSING = (
    "please", "for me", "now", "right now", "thanks", "thank you", "please now",
    "would you", "will you", "if you can", "if you could", "immediately", "asap", "quick",
    "real quick", "ok", "okay", "already", "for me please", "right away", "again",
    "if you don't mind", "computer", "mate", "buddy", "at once", "will ya", "can you",
)  # fmt: skip
# What may be said after a question, a wish or a name too.
_CLOSING_ALL = (
    "please", "please", "please", "now", "right now", "thanks", "thank you", "ok", "okay",
    "computer", "mate", "buddy",
)  # fmt: skip
_POLITE_ENDS = ("please", "thanks", "thank you", "now", "again", "would you", "already")
_HESITATIONS = ("uh", "um", "er", "erm", "uhm", "hmm", "ah", "uh", "um", "er")
_FILLERS = ("like", "you know", "well", "i mean")  # never just before a value
_RESTARTED = 0.25  # of hesitations: "open, uh, open chrome"
_KEYS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh",
    "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip",
    "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe",
    "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SLIPS = {
    "volume": ("volum", "volumn"), "brightness": ("bright ness", "britness"),
    "wi-fi": ("wifi", "wi fi"), "wifi": ("wi fi", "wi-fi"), "bluetooth": ("blue tooth",),
    "screenshot": ("screen shot",), "desktop": ("desk top",), "to": ("too", "2"),
    "for": ("four", "4"), "you": ("u",), "are": ("r",), "please": ("pls", "plz"),
    "playlist": ("play list",), "fullscreen": ("full screen",), "website": ("web site",),
    "the": ("da", "teh"), "because": ("cause",), "going to": ("gonna",),
    "want to": ("wanna",), "clipboard": ("clip board",), "unmute": ("un mute",),
    "weather": ("wether", "whether"), "colour": ("color",), "minimise": ("minimize",),
    "maximise": ("maximize",), "minimize": ("minimise",), "maximize": ("maximise",),
    "color": ("colour",), "alarm": ("alarms", "alarum"), "timer": ("timmer",),
}  # fmt: skip
_DROPPABLE = frozenset("the a an my this that of some".split())
HESITATING = 0.035  # of wordings


def disturb(pieces: list[Piece], random: Random, open_end: bool) -> list[Piece]:
    """Say a wording as somebody might: about half of them stay as they are.

    `open_end` means that the last slot takes any words, so nothing may follow it.
    """
    if random.random() < 0.42:
        pieces = _polite(pieces, random, open_end)
    if random.random() < 0.1:
        pieces = _each_word(pieces, random, _drop, 0.5)
    if random.random() < HESITATING:
        pieces = _hesitate(pieces, random)
    if random.random() < 0.12:
        pieces = _each_word(pieces, random, _slip, 0.5)
    if random.random() < 0.16:
        pieces = [Piece(p.text.replace("'", ""), p.slot) for p in pieces]
    if random.random() < 0.1:
        pieces = _typo(pieces, random)
    return pieces


def _polite(pieces: list[Piece], random: Random, open_end: bool) -> list[Piece]:
    imperative = is_imperative(pieces)
    before: list[str] = []
    if random.random() < 0.3:
        before.append(random.choice(_CALLING) + random.choice([",", "", ""]))
    if random.random() < 0.6 and imperative:
        before.append(random.choice(_ASKING))
    head = [Piece(" ".join(before) + " ")] if before else []
    tail: list[Piece] = []
    ends = not pieces[-1].slot and pieces[-1].text.endswith(_POLITE_ENDS)
    if not open_end and random.random() < 0.4 and not ends:
        closing = random.choice(_CLOSING if imperative else _CLOSING_ALL)
        tail = [Piece(random.choice([" ", " ", ", "]) + closing)]
    return [*head, *pieces, *tail]


def _each_word(
    pieces: list[Piece],
    random: Random,
    change: Callable[[str, Random], str | None],
    chance: float,
) -> list[Piece]:
    """Change some words outside slots; None leaves a word out."""
    changed = []
    for piece in pieces:
        if piece.slot is None:
            words = [
                change(word, random) if random.random() < chance else word
                for word in piece.text.split(" ")
            ]
            piece = Piece(" ".join(word for word in words if word is not None))
        changed.append(piece)
    return changed


def _drop(word: str, random: Random) -> str | None:
    return None if word in _DROPPABLE else word


def _slip(word: str, random: Random) -> str:
    return random.choice(_SLIPS[word]) if word in _SLIPS else word


def _hesitate(pieces: list[Piece], random: Random) -> list[Piece]:
    """Put an "uh" between two words, or begin anew: "open, uh, open chrome"."""
    if random.random() < _RESTARTED and not pieces[0].slot:
        words = pieces[0].text.split()
        begun = " ".join(words[: random.choice((1, 1, 2, 3))])
        said = random.choice((" {} ", ", {}, ", "... {} ", " {}, "))
        return [Piece(begun + said.format(random.choice(_HESITATIONS))), *pieces]
    index = random.randrange(len(pieces))
    if pieces[index].slot is not None:
        return pieces
    words = pieces[index].text.split(" ")
    places = [at for at in range(1, len(words)) if words[at - 1]]
    if not places:
        return pieces
    at = random.choice(places)
    filler = random.choice(_HESITATIONS)
    if words[at] and random.random() < 0.25:
        filler = random.choice(_FILLERS)
    if random.random() < 0.3:
        words[at - 1] += ","
        filler += ","
    words.insert(at, filler)
    return [*pieces[:index], Piece(" ".join(words)), *pieces[index + 1 :]]


def _typo(pieces: list[Piece], random: Random) -> list[Piece]:
    """Swap, drop, double or mistype one letter of one longer word, slots included."""
    places = [
        (number, start, word)
        for number, piece in enumerate(pieces)
        for start, word in _words(piece.text)
        if len(word) > 3 and word.isalpha()
    ]
    if not places:
        return pieces
    number, start, word = random.choice(places)
    at = random.randrange(1, len(word))
    kind = random.randrange(4)
    if kind == 0:
        wrong = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    elif kind == 1:
        wrong = word[:at] + word[at + 1 :]
    elif kind == 2:
        wrong = word[:at] + word[at] + word[at:]
    else:
        wrong = (
            word[:at] + random.choice(_KEYS.get(word[at], word[at])) + word[at + 1 :]
        )
    piece = pieces[number]
    text = piece.text[:start] + wrong + piece.text[start + len(word) :]
    return [*pieces[:number], Piece(text, piece.slot), *pieces[number + 1 :]]


def _words(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for word in text.split(" "):
        found.append((at, word))
        at += len(word) + 1
    return found
