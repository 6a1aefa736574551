"""The network: what each half learns, and that fitting repeats."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.components.intent import _lean, _temperature
from bot.components.wide_deep import Network, Settings, fit, softmax

SETTINGS = Settings(epochs=12, least_steps=0, batch=16, wide_rate=0.6, deep_rate=0.01, hidden=16, dropout=0.2)


def examples(count=300, classes=4, seed=1):
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, classes, count)
    return np.eye(classes, dtype=np.float32)[labels], labels


def test_that_the_wide_half_learns_from_terms_alone():
    terms, labels = examples()
    network = fit(csr_matrix(terms), np.zeros((300, 0), np.float32), labels, 4, SETTINGS, 1)
    assert (network.scores(csr_matrix(terms), np.zeros((300, 0), np.float32)).argmax(1) == labels).all()


def test_that_the_deep_half_learns_what_no_line_parts():
    chance = np.random.default_rng(3)
    points = chance.choice([-1.0, 1.0], (400, 2)).astype(np.float32)
    labels = (points[:, 0] * points[:, 1] > 0).astype(int)
    nothing = csr_matrix((400, 1), dtype=np.float32)
    network = fit(nothing, points, labels, 2, SETTINGS, 1)
    assert (network.scores(nothing, points).argmax(1) == labels).mean() > 0.98


def test_that_few_examples_are_passed_more_often():
    terms, labels = examples(count=12)
    few = Settings(epochs=1, least_steps=1, batch=16, wide_rate=0.01, deep_rate=0.0, hidden=4, dropout=0.0)
    shallow = fit(csr_matrix(terms), terms[:, :0], labels, 4, few, 1)
    longer = fit(csr_matrix(terms), terms[:, :0], labels, 4, replace(few, least_steps=50), 1)
    assert np.abs(longer.wide).sum() > 2 * np.abs(shallow.wide).sum()


def test_that_the_same_data_gives_the_same_network():
    terms, labels = examples()
    one, other = (fit(csr_matrix(terms), terms, labels, 4, SETTINGS, 7) for _ in range(2))
    for name in Network.NAMES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_that_the_mean_network_scores_the_mean():
    terms, labels = examples()
    networks = [fit(csr_matrix(terms), terms, labels, 4, SETTINGS, seed) for seed in (1, 2)]
    found = Network.mean(networks).scores(csr_matrix(terms), terms)
    wanted = sum(network.scores(csr_matrix(terms), terms) for network in networks) / 2
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_that_one_example_scores_the_same_alone():
    chance = np.random.default_rng(4)
    terms, labels = examples()
    dense = chance.normal(size=(300, 5)).astype(np.float32)
    network = fit(csr_matrix(terms), dense, labels, 4, SETTINGS, 1)
    row = csr_matrix(terms)[7]
    alone = network.scores_of(row.indices, row.data, dense[7])
    np.testing.assert_allclose(alone, network.scores(csr_matrix(terms), dense)[7], rtol=1e-4)


def test_that_the_temperature_takes_back_overconfidence():
    chance = np.random.default_rng(2)
    shares = chance.dirichlet(np.ones(3), 4000)
    labels = np.array([chance.choice(3, p=row) for row in shares])
    assert _temperature(np.log(shares) * 4, labels) == pytest.approx(4, rel=0.15)
    assert _temperature(np.zeros((0, 3)), np.zeros(0, int)) == 1


def test_that_leaning_takes_no_more_than_the_given_share_of_others():
    chance = np.random.default_rng(5)
    scores, labels = chance.normal(size=(2000, 5)), chance.integers(0, 5, 2000)
    bias = _lean(scores, labels, 2, 0.3)
    scores[:, 2] += bias - 1e-9
    taken = (scores[labels != 2].argmax(axis=1) == 2).mean()
    assert taken == pytest.approx(0.3, abs=0.005)
    assert _lean(scores + 10 * np.eye(5)[2], labels, 2, 0.1) == 0
    np.testing.assert_allclose(softmax(scores).sum(axis=1), 1)
