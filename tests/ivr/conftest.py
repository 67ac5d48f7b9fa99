import pytest

from store.database import Store
from story import House


@pytest.fixture
def house(store: Store) -> House:
    return House(store)
