"""Forms: fill the argument lists of an action's form with values.

A value stays inside the one argument its placeholder stands in, and no value that came
from outside becomes an option.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from whisperad.action import Action
from whisperad.checks import PLACEHOLDER
from whisperad.errors import CannotRun
from whisperad.pack import Arguments, Form
from whisperad.values import Value, fixed, view


class Values:
    """What fills the placeholders of one form."""

    def __init__(
        self,
        form: Form,
        action: Action,
        said: Mapping[str, Value],
        constant: Callable[[str], str],
    ) -> None:
        self._values = dict(said)
        self._constant = constant
        for name, slot in action.slots.items():
            if name not in said and slot.default is not None:
                self._values[name] = fixed(slot.default)
        for name, mapping in form.map.items():
            given = self._values.get(name)
            if given is None:
                continue
            if given.text.lower() in mapping:
                self._values[name] = fixed(mapping[given.text.lower()])
            elif action.slots[name].type != "choice":
                del self._values[name]

    def has_all(self, text: str) -> bool:
        """Tell whether everything that a text holds the place of has a value."""
        if "{" not in text:  # as most
            return True
        names = (name for name, _ in PLACEHOLDER.findall(text))
        return all(name.startswith("@") or name in self._values for name in names)

    def fill(self, text: str) -> str:
        """Put the values into a text."""
        if "{" not in text:
            return text
        query = self._values.get("query")
        return PLACEHOLDER.sub(
            lambda found: self._filled(found[1], found[2] or "", query), text
        )

    def argument(self, text: str, is_operand: bool) -> str:
        """Fill one argument. Raises `CannotRun` if a value would make it an option."""
        filled = self.fill(text)
        first = PLACEHOLDER.match(text)
        if filled.startswith("-") and first and not is_operand:
            value = self._values.get(first[1])
            if value is not None and not value.is_trusted:
                raise CannotRun(
                    f'"{filled}" starts with "-", which the program would take as an option'
                )
        return filled

    def _filled(self, name: str, view_name: str, query: Value | None) -> str:
        if name.startswith("@"):
            return self._constant(name)
        return view(self._values[name], view_name, query.text if query else "")


class Filled(msgspec.Struct, frozen=True):
    """A form with all its values in it."""

    lists: tuple[tuple[str, ...], ...]  # argument lists, run in order
    stdin: bytes | None
    stdin_file: str | None
    env: dict[str, str]


def is_usable(form: Form, values: Values) -> bool:
    """Tell whether what was said is enough for a form."""
    needed = [text for arguments in _lists(form) for text in arguments]
    needed += [form.stdin or "", form.stdin_file or ""]
    return all(values.has_all(text) for text in needed if isinstance(text, str))


def programs(form: Form) -> set[str]:
    """Name the programs that a form starts with; what the daemon does itself is none."""
    first = next(iter(_lists(form)))[0] if form.applescript is None else "osascript"
    named = {first, form.needs or first}
    return {
        name for name in named if isinstance(name, str) and not name.startswith("@")
    }


def fill(form: Form, values: Values) -> Filled:
    """Fill a form that is usable. Raises `CannotRun` or `UnknownName` for a value."""
    if form.applescript is None:
        lists = tuple(tuple(_arguments(given, values)) for given in _lists(form))
    else:
        args = tuple(_arguments(form.args, values, is_operand=True))
        script = ("osascript", "-e", form.applescript)
        lists = ((*script, "--", *args) if args else script,)
    return Filled(
        lists,
        None
        if form.stdin is None
        else values.fill(form.stdin).encode(errors="surrogateescape"),
        None if form.stdin_file is None else values.fill(form.stdin_file),
        {
            name: values.fill(text)
            for name, text in form.env.items()
            if values.has_all(text)
        },
    )


def _lists(form: Form) -> tuple[Arguments, ...]:
    if form.applescript is not None:
        return (form.args,)
    return form.steps or (form.argv,)


def _arguments(
    given: Arguments, values: Values, is_operand: bool = False
) -> Iterator[str]:
    """Fill an argument list, without the groups that nothing was said for."""
    is_operand = is_operand or (given[:1] != () and str(given[0]).startswith("@"))
    for argument in given:
        group = (argument,) if isinstance(argument, str) else argument
        if isinstance(argument, str) or all(map(values.has_all, group)):
            for text in group:
                yield values.argument(text, is_operand)
                is_operand = is_operand or text == "--"
