"""A small model on a data set that ships with scikit-learn, trained once for the whole suite."""

from dataclasses import dataclass

import numpy
import pandas
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

# Given explicitly so that MLflow does not work them out in a subprocess each time.
REQUIREMENTS = [f"scikit-learn=={sklearn.__version__}"]


@dataclass
class Example:
    """A fitted classifier with inputs it was not fitted on and its predictions for them."""

    model: LogisticRegression
    inputs: pandas.DataFrame
    predictions: numpy.ndarray

    def same_predictions(self, loaded) -> bool:
        return bool(numpy.array_equal(loaded.predict(self.inputs), self.predictions))


def train_example() -> Example:
    digits = load_digits(as_frame=True)
    inputs, labels = digits.data[:600], digits.target[:600]
    model = LogisticRegression(max_iter=200).fit(inputs[:500], labels[:500])
    unseen = inputs[500:].reset_index(drop=True)
    return Example(model, unseen, model.predict(unseen))
