"""What every program of the room sets up first."""

import subprocess
import sys

from tests.bot.conftest import ROOT


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_that_rasa_comes_without_tensorflow_and_says_so_when_it_is_needed():
    result = python(
        "from bot import runtime; runtime.prepare(tensorflow=False)\n"
        "import sys, rasa.core.agent, rasa.utils.train_utils as utils\n"
        "print('tensorflow' in sys.modules)\n"
        "try: utils.RasaBatchDataGenerator(None)\n"
        "except ImportError as error: print(error)\n"
    )
    assert result.stdout.splitlines()[0] == "False", result.stderr
    assert "needs TensorFlow" in result.stdout
    assert result.stderr == ""


def test_that_what_a_resident_said_is_not_logged():
    result = python(
        "from bot import runtime; runtime.prepare()\n"
        "import structlog; log = structlog.get_logger()\n"
        "log.debug('parse', text='秘密'); log.warning('odd.message', text='秘密', entities=[{'value': '秘密'}])\n"
    )
    assert result.stdout == ""
    assert "odd.message" in result.stderr
    assert "秘密" not in result.stderr


def test_that_only_our_warnings_are_shown():
    result = python(
        "from bot import runtime; runtime.prepare()\n"
        "import warnings\n"
        "warnings.warn_explicit('theirs', UserWarning, '/elsewhere/lib.py', 1)\n"
        "warnings.warn_explicit('ours', UserWarning, runtime.__file__, 1)\n"
    )
    assert "ours" in result.stderr
    assert "theirs" not in result.stderr
