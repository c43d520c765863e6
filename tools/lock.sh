#!/usr/bin/env bash
# Pin every dependency with hashes and without index addresses. The widest set is solved first so that all three files agree.
set -eu
flags="--generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --no-annotate --no-header --allow-unsafe --quiet --upgrade --extra build"
uv pip compile pyproject.toml --extra demo --extra dev $flags -o requirements-dev.txt
uv pip compile pyproject.toml --extra demo -c requirements-dev.txt $flags -o requirements-demo.txt
uv pip compile pyproject.toml -c requirements-dev.txt $flags -o requirements.txt
