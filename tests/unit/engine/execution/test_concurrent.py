"""Order in which .NET walks a concurrent dictionary, as the recordings show it."""

from vibetrader.engine.execution.concurrent import ConcurrentDictionary


def _filled(keys: list[int]) -> ConcurrentDictionary[int]:
    found: ConcurrentDictionary[int] = ConcurrentDictionary()
    for key in keys:
        found[key] = key
    return found


def test_ids_go_by_bucket() -> None:
    # golden orders/096: three open tickets after many closed ones
    assert list(_filled([73, 74, 75]).net_values()) == [74, 75, 73]


def test_the_newest_of_a_bucket_comes_first() -> None:
    # golden orders/503: 89 and 15 share a bucket of 37
    assert list(_filled([15, 16, 89]).net_values()) == [89, 15, 16]


def test_removed_values_are_gone() -> None:
    found = _filled([1, 2, 3])
    assert found.pop(2) == 2
    del found[3]
    assert list(found.net_values()) == [1]
    assert found.pop(9, None) is None


def test_growing_keeps_every_value() -> None:
    found = _filled(list(range(1, 500)))
    assert sorted(found.net_values()) == list(range(1, 500))
    assert list(found) == list(range(1, 500))
