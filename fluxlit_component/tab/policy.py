"""The options of one call of `url_session`, after arguments and settings were merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from fluxlit_component.hooks import Hooks
from fluxlit_component.settings import Settings, Transport
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.keys import Keys
from fluxlit_component.state.owner import ANYBODY, Visitor
from fluxlit_component.state.record import Lifetimes

if TYPE_CHECKING:
    from fluxlit_component.internals import Run
    from fluxlit_component.state.merge import Merger
    from fluxlit_component.state.schema import Schema


@dataclass(eq=False, repr=False)  # not frozen: that would double the time to make one, which each run does
class Policy:
    """Plain data. Lifetimes are in seconds; None, zero and negative numbers mean "no lifetime"."""

    keys: Keys = field(default_factory=Keys)
    hidden: Keys = field(default_factory=lambda: Keys(()))
    """Keys whose widgets keep their values while they are not on the page. Streamlit drops such values."""
    visitor: Visitor = ANYBODY
    visitor_now: Callable[[Run], Visitor] = lambda _: ANYBODY
    """Who the visitor of a run of fragments is, which does not run the script."""
    choices_only: bool = True  # keep widgets' values only if somebody has chosen them; the originals keep all
    address_bar: str = ""  # `clean` or `visible`; empty: as the settings say
    scope: str = "tab"
    fork_copies: bool = True  # give a copied tab an id and a state of its own, or those of its original
    restore_scroll: bool = False
    drafts: tuple[str, ...] = ()  # glob patterns of the keys of fields whose unsent text the browser keeps
    idle_seconds: float | None = None
    max_age_seconds: float | None = None
    live_seconds: float = 0.0  # how long live values are held after a page was left; 0: never
    live_upload_bytes: int = Settings.live_upload_bytes
    """How many bytes large uploads of the whole process may have together."""
    gate_seconds: float = 3.0
    wait: bool = True
    transport: Transport | None = None  # components v1 or v2; None: v2 where Streamlit has it
    hydrate: bool = True  # bring the state back as soon as the id is settled, or leave that to a later call
    fill_only: bool = False  # hydrate only keys that are absent, as `hydrate_url_session(merge=True)` does
    caps: Caps = Caps()  # noqa: RUF009 - frozen: one for all runs
    schema: Schema[Any] | None = None  # the model that the state must fit, if the app has declared one
    merge: Mapping[str, Merger] = field(default_factory=dict)
    """Glob pattern of keys -> merger; the first that matches counts."""
    hooks: Hooks = field(default_factory=Hooks)

    def complete(self, settings: Settings) -> None:
        """Take from the settings what no argument has said."""
        self.address_bar = self.address_bar or settings.address_bar
        self.idle_seconds = settings.session_ttl if self.idle_seconds is None else self.idle_seconds
        self.max_age_seconds = (
            settings.session_max_age if self.max_age_seconds is None else self.max_age_seconds
        )
        self.live_upload_bytes, self.gate_seconds = settings.live_upload_bytes, settings.gate_seconds
        self.transport = settings.transport

    @property
    def lifetimes(self) -> Lifetimes:
        """How long the session lives from now on."""
        return Lifetimes(self.idle_seconds, self.max_age_seconds)

    def merger_of(self, key: str) -> Merger | None:
        """The merger declared for a key, if there is one."""
        return next((merger for pattern, merger in self.merge.items() if fnmatchcase(key, pattern)), None)
