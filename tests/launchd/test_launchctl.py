"""The agent is loaded, started and taken away by `launchctl`, which a program stands for."""

import os

import pytest

from launchd.agent import LABEL, LaunchAgent
from launchd.service import Program, Refused
from tests.launchd.conftest import AGENT, StandIn

DOMAIN = f"gui/{os.getuid()}"
TARGET = f"{DOMAIN}/{LABEL}"


def test_installing_loads_the_agent(agent: LaunchAgent, launchctl: StandIn) -> None:
    agent.install()

    assert launchctl.calls == [
        ["enable", TARGET],
        ["bootout", TARGET],
        ["print", TARGET],
        ["bootstrap", DOMAIN, str(agent.path)],
        ["kickstart", TARGET],
    ]


def test_installing_again_waits_until_the_old_one_is_gone(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.install()
    first = agent.path.read_bytes()
    agent.install()

    sequence = ["enable", "bootout", "print", "bootstrap", "kickstart"]
    assert launchctl.verbs() == sequence * 2
    assert [call[0] for call in launchctl.calls].count("print") == 1 + 3
    assert agent.path.read_bytes() == first


def test_loading_is_tried_three_times(agent: LaunchAgent, launchctl: StandIn) -> None:
    launchctl.set(refusals=2)
    agent.install()

    assert [call[0] for call in launchctl.calls].count("bootstrap") == 3


def test_an_agent_that_is_never_loaded_says_why(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(refusals=9)

    with pytest.raises(Refused, match=r"5: Input/output error; .* Login Items"):
        agent.install()


@pytest.mark.parametrize("code", [5, 37, 113])
def test_what_bootstrap_complains_about_may_pass(
    agent: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    launchctl.set(code=code, refusals=1)
    agent.install()

    assert launchctl.verbs()[-4:] == ["bootstrap", "print", "bootstrap", "kickstart"]


@pytest.mark.parametrize("code", [5, 37])
def test_an_agent_that_another_has_loaded_is_not_loaded_again(
    agent: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    launchctl.set(code=code, refusals=9, loaded_by_another=1)
    agent.install()

    assert launchctl.verbs()[-3:] == ["bootstrap", "print", "kickstart"]


def test_an_agent_that_is_switched_off_is_said_to_be(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(refusals=9, disabled=1)

    with pytest.raises(Refused) as caught:
        agent.start()
    assert str(caught.value) == (
        f"launchctl bootstrap {DOMAIN} {agent.path}: Bootstrap failed: 5:"
        " Input/output error; it is switched off: switch it on in System Settings >"
        " General > Login Items & Extensions, or do `whispera install`"
    )


def test_an_agent_that_is_neither_loaded_nor_switched_off_is_said_to_be(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(refusals=9)

    with pytest.raises(Refused, match="neither loaded nor switched off: see that"):
        agent.start()


@pytest.mark.parametrize("code", [5, 37])
def test_a_running_agent_need_not_be_started(
    installed: LaunchAgent, launchctl: StandIn, code: int
) -> None:
    launchctl.set(kick=code)
    installed.start()

    assert launchctl.verbs()[-3:] == ["print", "kickstart", "print"]


def test_an_agent_that_does_not_start_says_how_it_is(
    installed: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(kick=37, crashed=78)

    with pytest.raises(Refused) as caught:
        installed.start()
    assert str(caught.value) == (
        f"launchctl kickstart {TARGET}: Operation already in progress; launchd says:"
        " state = spawn scheduled, last exit code = 78; see `whispera logs`, then"
        " `whispera restart`"
    )


def test_an_agent_that_goes_while_it_is_started_is_loaded(
    installed: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(kick=113)
    installed.start()

    assert launchctl.verbs()[-3:] == ["print", "bootstrap", "kickstart"]


def test_without_a_session_it_is_told_at_once(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    launchctl.set(no_domain=1)

    with pytest.raises(Refused, match="at the Mac's own screen, not over ssh"):
        agent.install()
    assert [call[0] for call in launchctl.calls].count("bootstrap") == 1


def test_uninstalling_leaves_nothing(
    installed: LaunchAgent, launchctl: StandIn
) -> None:
    installed.uninstall()

    assert launchctl.verbs()[-2:] == ["bootout", "print"]
    assert not installed.path.exists()
    assert installed.socket is None


def test_uninstalling_what_is_not_there_changes_nothing(
    agent: LaunchAgent, launchctl: StandIn
) -> None:
    agent.uninstall()

    assert launchctl.verbs() == ["print"]


def test_a_stopped_agent_is_loaded_by_starting_it(
    installed: LaunchAgent, launchctl: StandIn
) -> None:
    installed.stop()
    assert installed.path.exists()
    installed.start()

    assert launchctl.verbs()[-3:] == ["print", "bootstrap", "kickstart"]


def test_a_loaded_agent_is_started_where_it_is(
    installed: LaunchAgent, launchctl: StandIn
) -> None:
    installed.start()

    assert launchctl.verbs()[-2:] == ["print", "kickstart"]


def test_without_launchctl_it_says_so(environ: dict[str, str]) -> None:
    environ["PATH"] = "/nowhere"
    agent = LaunchAgent(Program(AGENT, environ))

    with pytest.raises(Refused, match='no program on the PATH is called "launchctl"'):
        agent.install()
