"""What makes a loaded action sensible: each check gives mistakes, never raises."""

import re
from collections.abc import Iterable, Iterator, Mapping

from whisperad import phrases
from whisperad.action import Action, Phrase
from whisperad.intent import NONE
from whisperad.lines import line_of
from whisperad.pack import Argument, Form, Slot
from whisperad.utterance import normalise

PLACEHOLDER = re.compile(r"\{(@?[a-z][a-z0-9_]*)(?::([a-z_]+))?\}")
CONSTANTS = frozenset({"@home", "@desktop", "@timestamp", "@wifi", "@browser"})
BUILTINS = frozenset(
    {
        "@set_timer",
        "@cancel_timer",
        "@list_timers",
        "@set_alarm",
        "@cancel_alarm",
        "@set_working_folder",
        "@get_working_folder",
        "@stop",
    }
)
VIEWS: Mapping[str, frozenset[str]] = {
    "app": frozenset({"id", "process", "window"}),
    "percent": frozenset({"fraction"}),
    "site": frozenset({"url", "search"}),
    "language": frozenset({"code"}),
    "text": frozenset({"url", "zone", "keysym", "code", "modifiers", "html"}),
}
ANY_VIEW = frozenset({"url"})
# What a question can name of what it is about, and how many things of an action that
# takes.
TOUCHES: Mapping[str, int] = {
    "changes": 0,
    "commit": 0,
    "files": 1,
    "pid": 1,
    "port": 1,
    "process": 1,
    "repository": 0,
    "services": 0,
    "session": 0,
    "trash": 0,
    "unused": 0,
    "windows": 0,
    "windows in front": 0,
}
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "fish", "ksh", "csh", "tcsh"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_action(action: Action, place: str) -> list[str]:
    """Check everything of an action but its phrases."""
    return [f"{place}: {mistake}" for mistake in _mistakes(action)]


def check_inverses(actions: Mapping[str, Action]) -> list[str]:
    """Check that every `inverse` names an action."""
    return [
        f'{action.phrases[0].file}: action "{action.id}": inverse "{action.inverse}" is'
        " no action"
        for action in actions.values()
        if action.phrases and action.inverse and action.inverse not in actions
    ]


def check_phrases(
    given: Iterable[Phrase],
    slots: Mapping[str, Slot],
    rules: Mapping[str, Mapping[str, str]],
) -> list[str]:
    """Parse phrases and hold their slots against the action's."""
    mistakes = []
    parsed: dict[str, phrases.Rules] = {}
    for phrase in given:
        try:
            if phrase.file not in parsed:
                parsed[phrase.file] = {
                    name: phrases.parse(body)
                    for name, body in rules.get(phrase.file, {}).items()
                }
            named = phrases.references(
                phrases.parse(phrase.template).expression, parsed[phrase.file]
            )
        except (ValueError, RecursionError) as error:
            mistakes.append(f"{_place(phrase)}: {error}")
            continue
        mistakes += [
            f"{_place(phrase)}: {m}" for m in _slot_mistakes(named, phrase, slots)
        ]
    return mistakes


def _place(phrase: Phrase) -> str:
    line = line_of(phrase.file, phrase.template)
    return f'{phrase.file}:{line}: "{phrase.template}"'


def _slot_mistakes(
    named: list[str], phrase: Phrase, slots: Mapping[str, Slot]
) -> Iterator[str]:
    for name in sorted(set(named)):
        if name not in slots:
            yield f'no slot is called "{name}"'
        if named.count(name) > 1:
            yield f'slot "{name}" stands in it twice'
    for name, value in phrase.fixed.items():
        if name not in slots:
            yield f'no slot is called "{name}"'
        elif value not in slots[name].values:
            yield f'"{value}" is no value of slot "{name}"'
    for name, slot in slots.items():
        if not slot.optional and name not in named and name not in phrase.fixed:
            yield f'slot "{name}" is not optional, but is not in it'


def _mistakes(action: Action) -> Iterator[str]:
    if not _NAME.fullmatch(action.id) or action.id == NONE:
        yield "id must be lower-case letters, digits and underscores, and not none"
    if not action.phrases:
        yield "phrases is empty"
    for name, slot in action.slots.items():
        yield from _slot_definition(name, slot)
    yield from _touches(action)
    for platform, forms in action.forms.items():
        for form in forms:
            for mistake in _form(form, action.slots):
                yield f"{platform}: {mistake}"
        # A form that needs more than was said gives way to the next.
        for mistake in _unguarded(forms[-1], action.slots) if forms else ():
            yield f"{platform}: {mistake}"


def _touches(action: Action) -> Iterator[str]:
    """Check what a question shall name."""
    if not action.touches:
        return
    kind, *things = action.touches
    if kind not in TOUCHES:
        yield f'touches is "{kind}", expected one of {", ".join(TOUCHES)}'
    elif len(things) != TOUCHES[kind]:
        yield f'touches: "{kind}" takes {TOUCHES[kind]} more, found {len(things)}'
    for text in things:
        for mistake in _placeholders(text, action.slots):
            yield f"touches {mistake}"
        for name, _view in PLACEHOLDER.findall(text):
            if name in action.slots and action.slots[name].optional:
                yield f'touches needs "{name}", which is optional'


def _slot_definition(name: str, slot: Slot) -> Iterator[str]:
    if not _NAME.fullmatch(name) or name == "action":
        yield f'slot "{name}" must be lower-case letters, digits and underscores'
    if slot.type == "choice" and not slot.values:
        yield f'slot "{name}" is a choice without values'
    if slot.type != "choice" and (slot.values or slot.said):
        yield f'slot "{name}" has values, but its type is {slot.type}'
    for value in slot.values:
        # The model writes values as they are heard, in JSON without escapes.
        if not value or normalise(value).text != value:
            yield f'slot "{name}": value "{value}" must be as it is heard: plain words'
    for value in slot.said:
        if value not in slot.values:
            yield f'slot "{name}": said has "{value}", which is not among its values'
    if slot.within is not None and slot.type not in {"path", "folder"}:
        yield f'slot "{name}" has within, but its type is {slot.type}'
    if slot.default is not None and not slot.optional:
        yield f'slot "{name}" has a default, but is not optional'


def _form(form: Form, slots: Mapping[str, Slot]) -> Iterator[str]:
    steps = bool(form.steps) and all(form.steps)
    ways = [bool(form.argv), steps, form.applescript is not None]
    if sum(ways) != 1:
        yield "expected exactly one of argv, steps and applescript"
        return
    if form.args and form.applescript is None:
        yield "args belongs to applescript"
    given = (form.stdin is not None, form.stdin_file is not None, form.stdin_open)
    if sum(given) > 1:
        yield "stdin, stdin_file and stdin_open exclude each other"
    if form.applescript is not None and PLACEHOLDER.search(form.applescript):
        found = PLACEHOLDER.search(form.applescript)
        if found and found[1] in slots:
            yield "a slot is pasted into the script; pass it through args"
    for arguments in (form.argv, form.args, *form.steps):
        yield from _program(arguments, is_args=arguments is form.args)
        for index, argument in enumerate(arguments):
            parts = (argument,) if isinstance(argument, str) else argument
            for part in parts:
                for mistake in _placeholders(part, slots):
                    yield f"argv[{index}] {mistake}"
    for text in (form.stdin, form.stdin_file, *form.env.values()):
        for mistake in _placeholders(text or "", slots):
            yield mistake
    for name in form.map:
        if name not in slots:
            yield f'map has "{name}", but slots has not'


def _program(arguments: tuple[Argument, ...], is_args: bool) -> Iterator[str]:
    if not arguments or is_args:
        return
    program = arguments[0]
    if not isinstance(program, str) or "{" in program:
        yield "argv[0] must be a program's name, not a placeholder"
    elif program.startswith("@") and program not in BUILTINS:
        yield f'"{program}" is nothing the daemon does itself'
    elif program.rsplit("/", 1)[-1] in SHELLS:
        yield f'"{program}" is a shell'


def _placeholders(text: str, slots: Mapping[str, Slot]) -> Iterator[str]:
    for name, view in PLACEHOLDER.findall(text):
        if name.startswith("@"):
            if name not in CONSTANTS:
                yield f"is {{{name}}}, which is no constant"
        elif name not in slots:
            yield f'is {{{name}}}, but slots has no "{name}"'
        elif view and view not in VIEWS.get(slots[name].type, ANY_VIEW) | ANY_VIEW:
            yield f"is {{{name}:{view}}}, but type {slots[name].type} has no such view"


def _unguarded(form: Form, slots: Mapping[str, Slot]) -> Iterator[str]:
    """Find what the last form needs of optional slots that have no default."""
    needed = [
        (f"argv[{index}]", argument)
        for arguments in (form.argv, form.args, *form.steps)
        for index, argument in enumerate(arguments)
        if isinstance(argument, str)
    ]
    needed += [("stdin", form.stdin or ""), ("stdin_file", form.stdin_file or "")]
    for place, text in needed:
        for name, _view in PLACEHOLDER.findall(text):
            slot = slots.get(name)
            if slot is not None and slot.optional and slot.default is None:
                yield (
                    f'{place} of the last form needs "{name}", which is optional: put it'
                    " into a nested list, give the slot a default, or add a form"
                    " without it"
                )
