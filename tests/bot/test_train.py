"""`python -m bot.train`: trains when needed, says when not, names what is broken."""

import json
import time

import pytest

from bot import runtime
from bot.freshness import Sources, is_fresh
from bot.training_data import check
from tests.bot.conftest import ROOT, copy_of_tiny, run


def test_that_a_fresh_model_is_left_alone_at_once(tiny_project):
    model = tiny_project / "models" / "hotline.tar.gz"
    before = model.stat().st_mtime_ns
    started = time.monotonic()
    result = run("bot.train", cwd=tiny_project)
    assert time.monotonic() - started < 1
    assert (result.returncode, result.stdout) == (0, b"")
    assert b"up to date" in result.stderr
    assert model.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "name",
    [
        "config.yml",
        "domain.yml",
        "data/nlu/tiny.yml",
        "data/rules/tiny.yml",
        "data/lookups/words.txt",
        "data/stories/new.yml",
    ],
)
def test_that_a_change_makes_the_model_stale(tiny_project, tmp_path, name):
    import shutil

    shutil.copytree(tiny_project, tmp_path, dirs_exist_ok=True)
    model = tmp_path / "models" / "hotline.tar.gz"
    assert is_fresh(model, Sources.of(tmp_path))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert not is_fresh(model, Sources.of(tmp_path))


def test_that_a_cut_archive_or_a_lost_record_is_stale(tiny_project, tmp_path):
    import shutil

    shutil.copytree(tiny_project, tmp_path, dirs_exist_ok=True)
    model, record = tmp_path / "models" / "hotline.tar.gz", tmp_path / "models" / "hotline.json"
    content = model.read_bytes()
    model.write_bytes(content[:1000])
    assert not is_fresh(model, Sources.of(tmp_path))
    model.write_bytes(content)
    for text in ("", "[]", '{"sources": 1}'):
        record.write_text(text)
        assert not is_fresh(model, Sources.of(tmp_path))


def test_that_the_model_has_no_pickles_and_no_user_text_on_the_screen(tiny_project, tmp_path):
    import tarfile

    with tarfile.open(tiny_project / "models" / "hotline.tar.gz") as archive:
        names = [
            member.name for member in archive if member.isfile() and "train_bot.components" in member.name
        ]
    assert names
    assert {name.rsplit(".", 1)[-1] for name in names} == {"json", "npz", "crfsuite"}
    folder = copy_of_tiny(tmp_path)
    result = run("bot.train", "--force", "--out", "models/other.tar.gz", cwd=folder)
    assert result.returncode == 0
    assert result.stdout == b""
    assert "牡丹路".encode() not in result.stderr
    assert b"WideDeepIntentClassifier" in result.stderr
    assert json.loads((folder / "models" / "other.json").read_text())["bytes"] > 0
    assert not runtime.needs_tensorflow(folder / "models" / "other.tar.gz")


def test_that_changed_rules_leave_the_understanding_as_it_is(tiny_project, tmp_path):
    import shutil
    import tarfile

    def components(archive):
        with tarfile.open(archive) as content:
            return {m.name: (m.mtime, content.extractfile(m).read()) for m in content if m.isfile()}

    shutil.copytree(tiny_project, tmp_path, dirs_exist_ok=True)
    model, rules = tmp_path / "models" / "hotline.tar.gz", tmp_path / "data/rules/tiny.yml"
    before = components(model)
    rules.write_text(rules.read_text().replace("utter_greet", "utter_unsure"), encoding="utf-8")
    assert not is_fresh(model, Sources.of(tmp_path))
    result = run("bot.train", cwd=tmp_path)
    assert result.returncode == 0
    assert is_fresh(model, Sources.of(tmp_path))
    after = components(model)
    learnt = [name for name in before if "train_bot.components" in name]
    assert learnt
    assert b"WideDeepIntentClassifier" not in result.stderr
    assert {name: after[name] for name in learnt} == {name: before[name] for name in learnt}
    assert (
        after["components/train_RulePolicy0/rule_policy.json"]
        != before["components/train_RulePolicy0/rule_policy.json"]
    )


BROKEN = {
    "yaml": ("version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n bad: [\n", 6, "no YAML"),
    "mapping": ("- 1\n", 1, "must be a mapping"),
    "intent": ("nlu:\n- intent: gret\n  examples: |\n    - 早\n", 2, "`gret` is not in the domain"),
    "entity": (
        "nlu:\n- intent: greet\n  examples: |\n    - 好\n    - [今](tim)早\n",
        5,
        "`tim` is not in the domain",
    ),
    "bracket": ("nlu:\n- intent: greet\n  examples: |\n    - [今](time早\n", 4, "brackets"),
    "twice": ("nlu:\n- intent: affirm\n  examples: |\n    - 你好\n", 4, "the same utterance is `greet` in"),
    "line": ("nlu:\n- intent: greet\n  examples: |\n    你好吗\n", 4, "begins with"),
    "section": ("nul:\n- intent: greet\n", 1, "unknown section `nul`"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_that_broken_data_is_named_with_file_and_line(tmp_path, case):
    content, line, reason = BROKEN[case]
    folder = copy_of_tiny(tmp_path)
    (folder / "data/nlu/zz.yml").write_text(content, encoding="utf-8")
    result = run("bot.train", cwd=folder)
    assert result.returncode == 1
    error = result.stderr.decode()
    assert f"data/nlu/zz.yml:{line}: " in error
    assert reason in error
    assert "Traceback" not in error
    assert not (folder / "models").exists()


def test_that_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / "x.yml").write_bytes(b"version: '3.1'\nnlu: \xff\xfe\n")
    (problem,) = check([tmp_path / "x.yml"], set(), set())
    assert (problem.line, problem.reason) == (2, "no UTF-8")


@pytest.mark.parametrize("missing", ["config.yml", "domain.yml", "data"])
def test_that_missing_sources_are_named(tmp_path, missing):
    import shutil

    folder = copy_of_tiny(tmp_path)
    shutil.rmtree(folder / missing) if missing == "data" else (folder / missing).unlink()
    result = run("bot.train", cwd=folder)
    assert result.returncode == 1
    assert missing in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_that_rules_that_do_not_fit_end_the_training_with_a_reason(tmp_path):
    folder = copy_of_tiny(tmp_path)
    (folder / "config.yml").write_text(
        (folder / "config.yml")
        .read_text()
        .replace("bot.components.words.WordFeatures", "bot.components.words.Nothing")
    )
    result = run("bot.train", cwd=folder)
    assert result.returncode == 1
    assert "Nothing" in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_that_the_projects_own_data_has_no_problems():
    sources = Sources.of(ROOT)
    assert [str(problem) for problem in check(sources.training_files(), set(), set())] == []
