import pytest
from story import House

from store.database import Store


@pytest.fixture
def house(store: Store) -> House:
    return House(store)
