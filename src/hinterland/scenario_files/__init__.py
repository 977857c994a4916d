"""Scenario files: what they may say, where they are found, and how they become scenarios of a country."""
