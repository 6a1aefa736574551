"""Rasa components of the Chinese pipeline, one a file; `config.yml` names them in the order they run."""
