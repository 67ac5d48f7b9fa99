"""`python -m callqueue.forecast`: compile now and keep it on disk, so that no first caller waits for the compiler."""

from callqueue.forecast.events import AgentMoved, Connected, DepartmentKnown, Joined
from callqueue.forecast.model import WaitModel

model = WaitModel()
for event in (
    DepartmentKnown(0.0, "billing", 240.0),
    AgentMoved(1.0, "kim", "ready", ("billing",)),
    Joined(2.0, "first", "billing", 0.0, 0.0),
    Connected(2.0, "first", "kim"),
    Joined(3.0, "second", "billing", 0.0, 0.0),
):
    model.apply(event)
