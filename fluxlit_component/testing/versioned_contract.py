"""What a store with records must do, as tests: subclass `VersionedStoreContract` and give it a store.

For authors of stores that implement `VersionedStore` themselves. It asks for everything that
`fluxlit_component.stores.base` promises, and for nothing else.
"""

from __future__ import annotations

from fluxlit_component.testing.commit_contract import CommitContract
from fluxlit_component.testing.lifetime_contract import LifetimeContract
from fluxlit_component.testing.move_contract import MoveContract


class VersionedStoreContract(CommitContract, LifetimeContract, MoveContract):
    """The whole contract. Override `store`; and `advance`, if the store's clock can be turned."""
