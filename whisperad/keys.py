"""Spoken keys: "control shift t", "cmd+c", "page down" -> what presses them.

`keysym` is how X11 writes a combination, `code` the virtual key of a Mac's keyboard.
"""

from collections.abc import Mapping

import msgspec

# As people call a modifier -> as the Mac calls it.
_MODIFIERS: Mapping[str, str] = {
    **dict.fromkeys(("control", "ctrl", "ctl", "strg"), "control"),
    **dict.fromkeys(("option", "opt", "alt"), "option"),
    "shift": "shift",
    **dict.fromkeys(("command", "cmd", "super", "windows", "win", "meta"), "command"),
}
_X_MODIFIERS = {
    "control": "ctrl",
    "option": "alt",
    "shift": "shift",
    "command": "super",
}
# A modifier that is pressed by itself.
_ALONE: Mapping[str, tuple[str, int]] = {
    "control": ("Control_L", 59),
    "option": ("Alt_L", 58),
    "shift": ("Shift_L", 56),
    "command": ("Super_L", 55),
}
_ORDER = ("control", "option", "shift", "command")
_DIGITS = "zero one two three four five six seven eight nine".split()
_LETTER_CODES = dict(zip("asdfhgzxcv", range(10), strict=True)) | {
    "b": 11, "q": 12, "w": 13, "e": 14, "r": 15, "y": 16, "t": 17, "1": 18, "2": 19,
    "3": 20, "4": 21, "6": 22, "5": 23, "9": 25, "7": 26, "8": 28, "0": 29, "o": 31,
    "u": 32, "i": 34, "p": 35, "l": 37, "j": 38, "k": 40, "n": 45, "m": 46,
}  # fmt: skip
_F_CODES = (122, 120, 99, 118, 96, 97, 98, 100, 101, 109, 103, 111, 105, 107, 113, 106,
            64, 79, 80, 90)  # fmt: skip
# keysym -> Mac code (None: no such key), and how it is called. "+" before a code: with shift.
_NAMED: tuple[tuple[str, str, str], ...] = (
    ("Escape", "53", "escape|esc"),
    ("Return", "36", "enter|return|enter key|new line"),
    ("Tab", "48", "tab"),
    ("space", "49", "space|space bar|spacebar"),
    ("BackSpace", "51", "backspace|back space"),
    ("Delete", "117", "forward delete|del|fn delete|function delete"),
    ("Insert", "114", "insert|ins"),
    ("Home", "115", "home"),
    ("End", "119", "end"),
    ("Prior", "116", "page up|pageup|pgup|pg up"),
    ("Next", "121", "page down|pagedown|pgdn|pg down|pgdown"),
    ("Up", "126", "up|up arrow|arrow up|cursor up"),
    ("Down", "125", "down|down arrow|arrow down|cursor down"),
    ("Left", "123", "left|left arrow|arrow left|cursor left"),
    ("Right", "124", "right|right arrow|arrow right|cursor right"),
    ("Caps_Lock", "57", "caps lock|capslock|caps"),
    ("Num_Lock", "71", "num lock|numlock|number lock"),
    ("Scroll_Lock", "", "scroll lock"),
    ("Print", "", "print screen|printscreen|prtsc|prt sc|print"),
    ("Pause", "", "pause|break|pause break"),
    ("Menu", "110", "menu|context menu"),
    ("comma", "43", ",|comma"),
    ("period", "47", ".|period|dot|full stop"),
    ("slash", "44", "/|slash|forward slash"),
    ("backslash", "42", "\\|backslash|back slash"),
    ("semicolon", "41", ";|semicolon"),
    ("colon", "+41", ":|colon"),
    ("minus", "27", "-|minus|dash|hyphen"),
    ("underscore", "+27", "_|underscore"),
    ("equal", "24", "=|equal|equals|equal sign|equals sign"),
    ("plus", "+24", "+|plus|plus sign"),
    ("question", "+44", "?|question mark"),
    ("exclam", "+18", "!|exclamation mark|exclamation point"),
    ("at", "+19", "@|at|at sign"),
    ("numbersign", "+20", "#|hash|hashtag|number sign|pound"),
    ("dollar", "+21", "$|dollar|dollar sign"),
    ("percent", "+23", "%|percent|percent sign"),
    ("ampersand", "+26", "&|ampersand|and sign"),
    ("asterisk", "+28", "*|asterisk|star"),
    ("parenleft", "+25", "(|left parenthesis|open parenthesis|left paren"),
    ("parenright", "+29", ")|right parenthesis|close parenthesis|right paren"),
    ("asciitilde", "+50", "~|tilde"),
    ("grave", "50", "`|backtick|back tick|grave|grave accent"),
    ("bracketleft", "33", "[|left bracket|open bracket|left square bracket"),
    ("bracketright", "30", "]|right bracket|close bracket|right square bracket"),
    ("braceleft", "+33", "{|left brace|open brace|left curly bracket"),
    ("braceright", "+30", "}|right brace|close brace|right curly bracket"),
    ("apostrophe", "39", "'|apostrophe|single quote|quote"),
    ("quotedbl", "+39", '"|double quote|quotation mark'),
    ("less", "+43", "<|less than"),
    ("greater", "+47", ">|greater than"),
    ("bar", "+42", "pipe|bar|vertical bar"),
)  # fmt: skip


class Keys(msgspec.Struct, frozen=True):
    """One key with the modifiers held while it is pressed."""

    keysym: str  # "ctrl+shift+t"
    code: int | None  # None: a Mac's keyboard has no such key
    modifiers: str  # "control,shift"


class _Key(msgspec.Struct, frozen=True):
    keysym: str
    code: int | None
    shift: bool = False  # a Mac's keyboard needs it for this sign


def _table() -> dict[str, _Key]:
    table = {letter: _Key(letter, code) for letter, code in _LETTER_CODES.items()}
    for index, word in enumerate(_DIGITS):
        table[word] = table[str(index)]
    for index, code in enumerate(_F_CODES, 1):
        table[f"f{index}"] = table[f"f {index}"] = _Key(f"F{index}", code)
    for index, word in enumerate([*_DIGITS, "ten", "eleven", "twelve", "thirteen"]):
        if index:
            table[f"f {word}"] = table[f"f{index}"]
    for keysym, written, names in _NAMED:
        key = _Key(keysym, int(written) if written else None, written.startswith("+"))
        for name in names.split("|"):
            table[name] = key
    return table


_TABLE = _table()


def combination(said: str, is_mac: bool) -> Keys | None:
    """Read a key and its modifiers; None for words that name no key."""
    words = [w for w in _separated(said).split() if w not in {"key", "the", "and"}]
    held: list[str] = []
    while words and (words[0] in _MODIFIERS or words[0] in {"fn", "function"}):
        if " ".join(words) in _TABLE:  # "fn delete"
            break
        held.append(_MODIFIERS.get(words[0], "fn"))
        words = words[1:]
        if len(words) > 1 and words[0] in {"plus", "+", "-"}:
            words = words[1:]
    held = [modifier for modifier in held if modifier != "fn"]
    if not words:
        return _alone(held)
    name = " ".join(words)
    if name == "delete":  # a Mac's delete key deletes backwards
        name = "backspace" if is_mac else "del"
    key = _TABLE.get(name)
    if key is None:
        return None
    shifted = [*held, "shift"] if key.shift else held
    ordered = [modifier for modifier in _ORDER if modifier in shifted]
    keysym = "+".join([*(_X_MODIFIERS[m] for m in _ORDER if m in held), key.keysym])
    return Keys(keysym, key.code, ",".join(ordered))


def _separated(said: str) -> str:
    """Put blanks where "ctrl+shift+t" and "ctrl-c" join their parts."""
    said = said.lower().strip()
    if len(said) < 3:
        return said
    head, tail = said[:-1], said[-1]
    return head.replace("+", " ").replace("-", " ") + (
        f" {tail}" if tail in "+-" else tail
    )


def _alone(held: list[str]) -> Keys | None:
    """Press modifiers alone, the last of them as the key."""
    if not held:
        return None
    keysym, code = _ALONE[held[-1]]
    others = [m for m in _ORDER if m in held[:-1]]
    return Keys(
        "+".join([*(_X_MODIFIERS[m] for m in others), keysym]), code, ",".join(others)
    )
