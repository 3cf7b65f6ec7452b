"""Datasets: choosing examples and writing them for a trainer."""
