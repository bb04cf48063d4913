"""TF-IDF and logistic regression, learnt from the same rows; needs scikit-learn."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline, make_union

from training.baselines_nearest import Guess

MOST = 30_000  # of n-grams of words, and of characters; more do no better
PASSES = 5  # over the rows; ten do hardly better
# Stochastic descent on the logistic loss, one action against the rest. The solver of
# `LogisticRegression` takes as long and gigabytes of memory, and does worse here.
PENALTY = 1e-6


class Classifier:
    """Takes an utterance for the action that its words and letters speak for."""

    def __init__(self, texts: Sequence[str], actions: Sequence[str]) -> None:
        words = TfidfVectorizer(
            tokenizer=str.split,
            token_pattern=None,
            ngram_range=(1, 2),
            sublinear_tf=True,
            max_features=MOST,
            dtype=np.float32,
        )
        letters = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 4),
            sublinear_tf=True,
            max_features=MOST,
            dtype=np.float32,
        )
        regression = SGDClassifier(
            loss="log_loss", alpha=PENALTY, max_iter=PASSES, tol=None, random_state=1
        )
        self._pipeline = make_pipeline(make_union(words, letters), regression)
        self._pipeline.fit(list(texts), list(actions))
        self._actions = [str(name) for name in self._pipeline.classes_]

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        """Guess the action of every text."""
        probabilities = self._pipeline.predict_proba(list(texts))
        best = probabilities.argmax(axis=1)
        return [
            Guess(self._actions[action], float(row[action]))
            for action, row in zip(best, probabilities, strict=True)
        ]
