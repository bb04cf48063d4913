"""`whispera retrain` is the training command, with its options and in its place."""

from tests.client.conftest import Run


def test_retrain_takes_the_options_of_the_training(whispera: Run) -> None:
    ran = whispera("retrain", "--help")

    assert ran.returncode == 0, ran.stderr
    assert "--iters" in ran.stdout
    assert "--force" in ran.stdout


def test_retrain_gives_back_what_the_training_says(whispera: Run) -> None:
    ran = whispera("retrain", "--iters", "0")

    assert ran.returncode == 2
    assert "--iters" in ran.stderr
