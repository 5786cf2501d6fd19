"""Default markets of brokerages."""

import pytest

from vibetrader.engine.clr import KeyNotFoundException
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.execution.brokerages.base import Markets


def test_a_missing_kind_is_named_as_net_does() -> None:
    markets = Markets({SecurityType.EQUITY: "usa"})
    assert markets[SecurityType.EQUITY] == "usa"
    with pytest.raises(KeyNotFoundException) as caught:
        markets[SecurityType.CRYPTO]
    assert str(caught.value) == "The given key 'Crypto' was not present in the dictionary."
