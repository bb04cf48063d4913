"""Lines: each phrase is found where it stands, not where its words stand first."""

from whisperad.lines import PhraseLines

PACK = """pack = "mute"
[[action]]
id = "mute"
phrases = ["mute", "hush"]  # "mute"
slots = { side = { type = "choice", values = ["back"] } }
[[action]]
id = "other"
phrases = [
  # what most people say
  "back",

  { say = "hush", slots = { side = "back" } },
  "mute",
]
linux = { argv = ["mute", "back"] }
"""


def test_a_phrase_is_found_where_it_stands() -> None:
    lines = PhraseLines(PACK)

    assert [lines.take(phrase) for phrase in ("hush", "back", "hush")] == [4, 10, 12]


def test_a_phrase_that_is_spelt_in_another_way_has_no_line() -> None:
    assert PhraseLines(PACK).take('"""go"""') == 0
