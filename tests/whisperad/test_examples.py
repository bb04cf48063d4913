"""The list of everything that can be said."""

from tests.running import RunningDaemon


def test_actions_lists_all_of_them_with_examples(daemon: RunningDaemon) -> None:
    actions = daemon.ask(type="actions")["actions"]
    by_id = {action["id"]: action for action in actions}

    assert len(actions) == daemon.ask(type="status")["catalogue"]["actions"]
    assert by_id["open_app"]["pack"] == "apps"
    assert by_id["open_app"]["slots"] == {"target": "app"}
    assert by_id["open_app"]["risk"] == "safe"
    assert by_id["open_app"]["where"] == "daemon"
    assert all(len(action["examples"]) == 2 for action in actions)
    assert all(action["summary"] for action in actions)


def test_examples_are_the_same_every_time_and_have_their_slots_filled(
    daemon: RunningDaemon,
) -> None:
    actions = daemon.ask(type="actions")["actions"]
    said = [example for action in actions for example in action["examples"]]

    assert actions == daemon.ask(type="actions")["actions"]
    assert len(set(said)) > 1.9 * len(actions)
    assert not any(set(example) & set("()[]<>|") for example in said)
