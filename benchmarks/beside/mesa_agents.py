"""Mesa, in an environment of its own: agents who leave their place by chance and choose another."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import mesa  # pyright: ignore[reportMissingImports]
import numpy as np


class Person(mesa.Agent):
    """Somebody who lives in a place."""

    def __init__(self, model: mesa.Model, place: int) -> None:
        super().__init__(model)
        self.place = place

    def step(self) -> None:
        """Leaves with the chance that the model gives, for a place drawn by weight and distance."""
        draw = self.model.chance.random(2)
        if draw[0] < self.model.leaving:
            row = self.model.ranks[self.place]
            self.place = int(min(np.searchsorted(row, draw[1] * row[-1]), len(row) - 1))


class Towns(mesa.Model):
    """Places, and the cumulated weights of destinations of each."""

    def __init__(self, given: dict[str, np.ndarray], agents: int) -> None:
        super().__init__(seed=1)
        self.chance = np.random.default_rng(1)
        self.leaving = float(given["leaving"])
        self.ranks = np.cumsum(given["table"] * given["weight"][None, :], axis=1)
        share = given["weight"] / given["weight"].sum()
        for place in self.chance.choice(len(share), agents, p=share):
            Person(self, int(place))

    def step(self) -> None:
        """Everybody, in any order."""
        self.agents.shuffle_do("step")


def main() -> None:
    given = dict(np.load(sys.argv[1]))
    agents = 20_000
    model = Towns(given, agents)
    took = []
    for _ in range(3):
        began = time.process_time()
        model.step()
        took.append(time.process_time() - began)
    places = np.bincount([person.place for person in model.agents], minlength=len(given["weight"]))
    assert places.sum() == agents
    print(json.dumps({"version": version("mesa"), "seconds": float(np.median(took)), "agents": agents}))


if __name__ == "__main__":
    main()
