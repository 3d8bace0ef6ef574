"""All cases, by noun."""

from differential.cases.charts import CHART_CASES
from differential.cases.experiment_probes import EXPERIMENT_PROBE_CASES
from differential.cases.files import FILE_CASES
from differential.cases.limits import LIMIT_CASES
from differential.cases.more_routes import MORE_ROUTE_CASES
from differential.cases.registry_flows import REGISTRY_FLOW_CASES
from differential.cases.registry_probes import REGISTRY_PROBE_CASES
from differential.cases.registry_search import REGISTRY_SEARCH_CASES
from differential.cases.run_probes import RUN_PROBE_CASES
from differential.cases.run_search import RUN_SEARCH_CASES
from differential.cases.tracking_flows import TRACKING_FLOW_CASES
from differential.cases.tracking_search import TRACKING_SEARCH_CASES
from differential.cases.transport import TRANSPORT_CASES

ALL_CASES = [
    *REGISTRY_PROBE_CASES,
    *EXPERIMENT_PROBE_CASES,
    *RUN_PROBE_CASES,
    *RUN_SEARCH_CASES,
    *REGISTRY_SEARCH_CASES,
    *TRACKING_SEARCH_CASES,
    *REGISTRY_FLOW_CASES,
    *TRACKING_FLOW_CASES,
    *LIMIT_CASES,
    *TRANSPORT_CASES,
    *MORE_ROUTE_CASES,
    *FILE_CASES,
    *CHART_CASES,
]
