"""What MLflow's web UI draws from, and what a client asks about the server."""

from differential.case import Case, Step, case, get, post
from differential.cases.life import RUN, run

BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
HISTORY = [{"key": "m", "value": n * 0.5, "timestamp": n, "step": n} for n in range(5)]
ODD = [{"key": "odd", "value": value, "timestamp": 1, "step": 1} for value in ("NaN", "Infinity", "-Infinity")]

CHART_CASES: list[Case] = [
    case(
        "chart-bulk",
        *run("chart-bulk"),
        post("runs/log-batch", RUN | {"metrics": [*HISTORY, *ODD]}),
        post("runs/create", {"experiment_id": "<<experiment>>", "start_time": 2}, second="run.info.run_id"),
        post("runs/log-metric", {"run_id": "<<second>>", "key": "m", "value": 9, "timestamp": 9}),
        *[
            get(BULK, query)
            for query in (
                {"run_id": "<<run>>", "metric_key": "m"},
                # Several runs come in the order of their ids, which each server invents.
                {"run_id": ["<<second>>", "<<second>>"], "metric_key": "m"},
                {"run_id": "<<run>>", "metric_key": "m", "max_results": "1"},
                {"run_id": "<<run>>", "metric_key": "odd"},
                {"run_id": "<<run>>", "metric_key": "nobody"},
                {"run_id": "<<run>>"},
                {"metric_key": "m"},
                {"run_id": "0" * 32, "metric_key": "m"},
                {"run_id": "<<run>>", "metric_key": "m", "max_results": "0"},
                {"run_id": "<<run>>", "metric_key": "m", "max_results": "x"},
                {"run_id": "<<run>>", "metric_key": "m", "max_results": "-1"},
                {"run_id": [f"{n:032x}" for n in range(100)], "metric_key": "m"},
                {"run_id": [f"{n:032x}" for n in range(101)], "metric_key": "m"},
            )
        ],
    ),
    case("chart-health", Step("GET", "/health")),
    case("chart-version", Step("GET", "/version")),
    case("chart-server-info", get("/api/3.0/mlflow/server-info"), get("/ajax-api/3.0/mlflow/server-info")),
]
