"""The examples in docstrings are true."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["numbers", "numerals", "reading", "times", "values"])
def test_that_the_examples_are_true(name):
    result = doctest.testmod(import_module(f"bot.components.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
