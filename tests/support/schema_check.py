"""schema_check.py SCHEMA FILE...: says for each YAML or JSON file whether it fits the schema; a peer's word on what leat prints."""
import json
import sys

import jsonschema
import yaml

with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for path in sys.argv[2:]:
    with open(path) as file:
        print(path, "fits" if validator.is_valid(yaml.safe_load(file)) else "does not fit")
