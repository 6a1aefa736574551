"""How well the understanding does against others: run with the bot's interpreter, `bot/.venv/bin/python -m benchmarks.nlu`."""
