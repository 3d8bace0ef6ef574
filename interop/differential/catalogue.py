"""What MLflow says when something is wrong, by what is wrong. Both servers must have said each of it."""

import re
from collections.abc import Iterable

from differential.differences import summary
from differential.runner import Compared

BAD = "400 INVALID_PARAMETER_VALUE "
NONE = "404 RESOURCE_DOES_NOT_EXIST "
TAKEN = "400 RESOURCE_ALREADY_EXISTS "
CATALOGUE = [
    BAD + r"Missing value for required parameter 'name'\. See the API docs",
    BAD + r"Missing value for required parameter 'metrics\[0\]\.timestamp'\. See the API docs",
    BAD + r"Invalid value 5 for parameter 'name' supplied:  Hint: Value was of type 'int'\. See the API docs",
    BAD + r"Invalid value \S+ for parameter 'max_results' supplied",
    BAD + r"Invalid value \"a\$b\" for parameter 'key' supplied: Names may only contain alphanumerics",
    BAD + r"Invalid value \"\.\./a\" for parameter 'key' supplied: Names may be treated as files",
    BAD + r"'key' exceeds the maximum length of 250 characters",
    BAD + r"'Metric name' exceeds the maximum length of 250 characters",
    BAD + r"'value' exceeds the maximum length of \d+ characters",
    BAD + r"'Registered model alias name' exceeds the maximum length of 255 characters",
    TAKEN + r"Registered Model \(name=.+\) already exists\.",
    TAKEN + r"Prompt \(name=.+\) already exists\.",
    TAKEN + r"Tried to create a registered model with name '.+', but the name is already taken by a prompt",
    TAKEN + r"Tried to create a prompt with name '.+', but the name is already taken by a registered model",
    NONE + r"Registered Model with name=.+ not found",
    NONE + r"Model Version \(name=.+, version=9\) not found",
    BAD + r"Parameter 'version' must be an integer, got '.+'\.",
    BAD + r"Registered model alias .+ not found\.",
    BAD + r"'latest' alias name \(case insensitive\) is reserved\.",
    BAD + r"Version alias name 'v1' is reserved\.",
    BAD + r"Invalid alias name: 'a b'\. Names may only contain alphanumerics, underscores \(_\), and dashes \(-\)\.",
    BAD + r"Invalid Model Version stage: foo\. Value must be one of None, Staging, Production, Archived\.",
    BAD + r"Invalid model version source: '.+'\. To use a local path as a model version source, the run_id request",
    BAD + r"Invalid model version source: '.+'\. To use a local path as a model version source, the model_id request",
    BAD + r"Invalid model version source: '.+'\. If supplying a source as an http, https, local file path, ftp,",
    BAD + r"Invalid model name '.+'\. Names cannot contain '/' or ':'\.",
    NONE + r"Run with id=.+ not found",
    BAD + r"The run .+ must be in the 'active' state\. Current state is deleted\.",
    NONE + r"No tag with name: .+ in run with id .+",
    BAD + r"Invalid value \"bad id!\" for parameter 'run_id' supplied\.",
    BAD + r"Both 'run_name' argument and 'mlflow\.runName' tag are specified, but with different values",
    BAD + r"Changing param values is not allowed\. Param with key='.+' was already logged with value=",
    BAD + r"Changing param values is not allowed\. Params were already logged='\[",
    BAD + r"Duplicate parameter keys have been submitted: \['.+'\]\. Please ensure",
    BAD + r"A batch logging request can contain at most 1000 metrics\. Got 1001 metrics\.",
    BAD + r"A batch logging request can contain at most 100 params\. Got 101 params\.",
    BAD + r"A batch logging request can contain at most 100 tags\. Got 101 tags\.",
    BAD + r"A batch logging request can contain at most 1000 metrics, params, and tags\. Got 1001 ",
    BAD + r"Invalid value -1 for parameter '.*timestamp' supplied: metric '.+' \(value=.+\)\. Timestamp must be a nonneg",
    NONE + r"No Experiment with id=.+ exists",
    TAKEN + r"Experiment\(name=.+\) already exists\.",
    BAD + r"The experiment .+ must be in the 'active' state\. Current state is deleted\.",
    NONE + r"Logged model with ID '.+' not found\.",
    NONE + r"No tag with key '.+' found for model with ID '.+'\.",
    BAD + r"Invalid model name \('a/b'\) provided\. Model name must be a non-empty string and cannot contain",
    BAD + r"Invalid page token, could not base64-decode",
    BAD + r"Invalid page token, decoded value=",
    BAD + r"Invalid page token, parsed value=",
    BAD + r"Invalid clause\(s\) in filter string: ",
    BAD + r"Invalid filter '.+'\. Could not be parsed\.",
    BAD + r"Invalid attribute key '.+' specified\.",
    BAD + r"Invalid entity type '.+'\. Valid values are ",
    BAD + r"Invalid comparator for attribute: ",
    BAD + r"Invalid order_by clause '.+'\. Could not be parsed\.",
    BAD + r"Invalid order(ing|_by) key",
    BAD + r"Invalid webhook URL scheme: 'http'\. Allowed schemes are: https\.",
    BAD + r"Webhook events must be a non-empty list of WebhookEvent objects: \[\]\.",
    BAD + r"Invalid action 'updated' for entity 'registered_model'\. Valid actions are: \['created'\]",
    BAD + r"Webhook name '-bad' is invalid\. It must start and end with a letter or digit",
    NONE + r"Webhook with ID .+ not found\.",
    BAD + r"max_results must be between 1 and 1000\.",
    BAD + r"Invalid path",
    BAD + r"Bad Request\. Content-Type header is missing\.",
    BAD + r"Bad Request\. Content-Type must be one of \['application/json'\]\.",
]


def unsaid(compared: Iterable[Compared]) -> list[str]:
    """Sentences that not both servers said, to one request or another."""
    said = [{summary(step.answers[side]) for step in compared} for side in (0, 1)]
    return [text for text in CATALOGUE if not all(any(re.match(text, one, re.DOTALL) for one in side) for side in said)]
