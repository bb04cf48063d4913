import pytest

from tests.client.conftest import Peer, Run


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--",),
        ("-z", "hello"),
        ("hello", "-z"),
        ("--json", "hello"),
        ("-", "hello"),
        ("-i", "hello"),
        ("-i", "-"),
        ("--confirm",),
        ("--confirm", "t", "hello"),
    ],
)
def test_arguments_that_make_no_sense_are_told(w: Run, arguments: tuple[str]) -> None:
    said = w(*arguments)

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.endswith("; see `w -h`\n")


def test_words_may_begin_with_a_dash_after_two(w: Run, peer: Peer) -> None:
    peer.will_say()
    w("--", "-x", "marks the spot")

    assert peer.requests[0]["utterance"] == "-x marks the spot"
    assert peer.requests[0]["execute"] is False


def test_options_may_come_last(w: Run, peer: Peer) -> None:
    peer.will_say()
    w("open", "chrome", "-x")

    assert peer.requests[0]["utterance"] == "open chrome"
    assert peer.requests[0]["execute"] is True


def test_an_empty_utterance_is_for_the_daemon_to_judge(w: Run, peer: Peer) -> None:
    peer.will_say()

    assert w("").returncode == 3
    assert peer.requests[0]["utterance"] == ""


def test_help_is_data(w: Run) -> None:
    said = w("-h")

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("usage: w ")
    assert w("--help").stdout == said.stdout


def test_the_version_is_data(w: Run) -> None:
    assert w("--version").stdout == "w 0.1.0\n"
