"""Entry points of the worker: each rings one bell of the engine and holds no logic of its own."""
