"""Datasets: choosing examples, writing them for a trainer, importing old logs."""
