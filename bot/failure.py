"""What goes wrong in a turn, as one exception with a code, and the record in which the turn's parts report it.

    code                reason
    action_unreachable  the action server cannot be reached, or hung up          nlg_unreachable  likewise, for words
    action_timeout      it did not answer in time                                nlg_timeout
    action_error        it answered with an error status                         nlg_error
    action_exception    anything else raised while an action ran                 exception        … outside an action
    no_event            an action left no event behind
    silent              nothing was said and no event says why
    action_limit        more actions in one turn than allowed
    paused              the tracker is paused and nobody resumed it
    turn_timeout        the turn as a whole took too long
    conflict            somebody else saved the conversation meanwhile
    storage             the tracker store failed

Rasa swallows the errors of slot extraction and carries on after an action that raised; so whoever meets an error
first writes it into `turn_record`, and the processor reads that after every step.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


class TurnFailed(Exception):
    """The turn did not succeed and nothing of it was stored. `reason` never quotes the resident."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass
class TurnRecord:
    """What the parts of a running turn saw.

    failure: the first error, also one that Rasa swallows. rejected: refusals (HTTP 400) of the action server that no
    action has accounted for yet. actions: how many ran. explained: an action's event says why nothing was said.
    """

    failure: TurnFailed | None = None
    rejected: int = 0
    actions: int = 0
    explained: bool = False

    def fail(self, code: str, reason: str) -> None:
        """Remember the first failure; later ones are its consequences."""
        self.failure = self.failure or TurnFailed(code, reason)

    def check(self) -> None:
        """Raises: TurnFailed, if some part reported one."""
        if self.failure is not None:
            raise self.failure


turn_record: ContextVar[TurnRecord | None] = ContextVar("turn_record", default=None)
