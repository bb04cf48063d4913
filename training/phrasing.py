"""How one wording becomes many: politeness, fillers, typos, speech-to-text slips.

Works on pieces, so that a slot's words stay known; what happens to commands happens
to what is not a command just as often, or the disturbance itself would be a hint.
"""

from random import Random

from whisperad.phrases import Piece

# A wording that begins with one of these is no bare imperative: "can you what's on"
# is nothing anybody says.
_NOT_IMPERATIVE = frozenset(
    "i i'm i'd i'll i've im id my me we we're you you're your he she it it's its they"
    " there there's that that's this these those the a an what what's whats which who"
    " who's whose when where where's why how how's is isn't are aren't am was were do"
    " does did don't doesn't didn't can can't could would will won't should shall may"
    " might have has had any anything something no not never let's lets please hey"
    " too so more less enough time need want if".split()
)
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
_HESITATIONS = ("uh", "um", "er", "like", "you know", "uhm", "hmm")
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


def disturb(pieces: list[Piece], random: Random, open_end: bool) -> list[Piece]:
    """Say a wording as somebody might: about half of them stay as they are.

    `open_end` means that the last slot takes any words, so nothing may follow it.
    """
    if random.random() < 0.42:
        pieces = _polite(pieces, random, open_end)
    if random.random() < 0.1:
        pieces = _each_word(pieces, random, _drop, 0.5)
    if random.random() < 0.06:
        pieces = _hesitate(pieces, random)
    if random.random() < 0.12:
        pieces = _each_word(pieces, random, _slip, 0.5)
    if random.random() < 0.16:
        pieces = [Piece(p.text.replace("'", ""), p.slot) for p in pieces]
    if random.random() < 0.1:
        pieces = _typo(pieces, random)
    return pieces


def _polite(pieces: list[Piece], random: Random, open_end: bool) -> list[Piece]:
    first = pieces[0].text.split(" ", 1)[0] if pieces else ""
    before: list[str] = []
    if random.random() < 0.3:
        before.append(random.choice(_CALLING) + random.choice([",", "", ""]))
    if random.random() < 0.6 and first not in _NOT_IMPERATIVE and not pieces[0].slot:
        before.append(random.choice(_ASKING))
    head = [Piece(" ".join(before) + " ")] if before else []
    tail: list[Piece] = []
    if not open_end and random.random() < 0.4:
        tail = [Piece(random.choice([" ", " ", ", "]) + random.choice(_CLOSING))]
    return [*head, *pieces, *tail]


def _each_word(
    pieces: list[Piece], random: Random, change: object, chance: float
) -> list[Piece]:
    changed = []
    for piece in pieces:
        if piece.slot is None:
            words = [
                change(word, random) if random.random() < chance else word  # type: ignore[operator]
                for word in piece.text.split(" ")
            ]
            piece = Piece(" ".join(words))
        changed.append(piece)
    return changed


def _drop(word: str, random: Random) -> str:
    return "" if word in _DROPPABLE else word


def _slip(word: str, random: Random) -> str:
    return random.choice(_SLIPS[word]) if word in _SLIPS else word


def _hesitate(pieces: list[Piece], random: Random) -> list[Piece]:
    index = random.randrange(len(pieces))
    if pieces[index].slot is not None or " " not in pieces[index].text.strip():
        return pieces
    words = pieces[index].text.split(" ")
    words.insert(random.randrange(1, len(words)), random.choice(_HESITATIONS))
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
