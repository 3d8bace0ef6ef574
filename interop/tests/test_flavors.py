"""Other ways in which models come to be: autologging, custom pyfunc models with code, evaluation of a callback."""

import mlflow
import numpy
import pandas
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

CODE = """
class Scaler:
    factor = 3

    def scale(self, frame):
        return frame["x"] * self.factor
"""


class Doubler(mlflow.pyfunc.PythonModel):
    """A custom model that reads an artifact file and imports code that is shipped with it."""

    def load_context(self, context):
        with open(context.artifacts["offset"]) as file:
            self.offset = int(file.read())

    def predict(self, context, model_input: pandas.DataFrame, params=None):
        from interop_shipped_code import Scaler

        return (Scaler().scale(model_input) + self.offset).tolist()


def test_a_custom_pyfunc_model_with_code_and_artifacts_registers_and_predicts(client, experiment_id, unique, tmp_path):
    (tmp_path / "interop_shipped_code.py").write_text(CODE)
    (tmp_path / "offset.txt").write_text("4")
    name = unique("doubler")
    frame = pandas.DataFrame({"x": [1, 2, 3]})
    with mlflow.start_run():
        mlflow.pyfunc.log_model(
            name="doubler",
            python_model=Doubler(),
            artifacts={"offset": str(tmp_path / "offset.txt")},
            code_paths=[str(tmp_path / "interop_shipped_code.py")],
            registered_model_name=name,
            pip_requirements=["pandas"],
        )
    loaded = mlflow.pyfunc.load_model(f"models:/{name}/1")
    assert loaded.predict(frame) == [7, 10, 13]


def test_a_model_from_a_code_file_registers_and_predicts(client, experiment_id, unique, tmp_path):
    script = tmp_path / "model.py"
    script.write_text(
        "import mlflow\n\n\n"
        "class Constant(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, model_input: list[str]) -> list[str]:\n"
        "        return [text.upper() for text in model_input]\n\n\n"
        "mlflow.models.set_model(Constant())\n"
    )
    name = unique("from-code")
    mlflow.pyfunc.log_model(
        name="constant", python_model=str(script), registered_model_name=name, pip_requirements=["pandas"]
    )
    assert mlflow.pyfunc.load_model(f"models:/{name}/1").predict(["a", "b"]) == ["A", "B"]


@pytest.fixture
def autologged(client, experiment_id, unique):
    features, labels = load_breast_cancer(return_X_y=True, as_frame=True)
    mlflow.sklearn.autolog(registered_model_name=unique("autologged"), log_input_examples=False)
    try:
        with mlflow.start_run() as run:
            model = LogisticRegression(max_iter=50, tol=0.1).fit(features[:300], labels[:300])
            model.score(features[300:], labels[300:])
    finally:
        mlflow.sklearn.autolog(disable=True)
    return run.info.run_id, unique("autologged"), model, features[300:]


def test_autolog_records_params_metrics_data_set_and_a_registered_model(client, autologged):
    run_id, name, model, unseen = autologged
    run = client.get_run(run_id)
    assert (run.info.status, run.data.params["max_iter"], run.data.params["tol"]) == ("FINISHED", "50", "0.1")
    assert {"training_accuracy_score", "training_f1_score", "training_roc_auc"} <= set(run.data.metrics)
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert run.inputs.dataset_inputs
    assert {f.path for f in client.list_artifacts(run_id)} >= {"estimator.html"}
    assert len(run.outputs.model_outputs) == 1
    loaded = mlflow.sklearn.load_model(f"models:/{name}/1")
    assert numpy.array_equal(loaded.predict(unseen), model.predict(unseen))
