"""The same requests to a real MLflow server and to this registry, and their answers compared field by field."""
