"""What an app's own tests can use: the contract that a store must keep, and a clock to turn."""

from fluxlit_component.testing.browsing_contract import BrowsableStoreContract
from fluxlit_component.testing.contract import SessionStoreContract
from fluxlit_component.testing.turnable import TurnableClock
from fluxlit_component.testing.versioned_contract import VersionedStoreContract

__all__ = ["BrowsableStoreContract", "SessionStoreContract", "TurnableClock", "VersionedStoreContract"]
