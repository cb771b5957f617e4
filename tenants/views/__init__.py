"""The pages of people and companies, one module per noun.

Each view of a company goes through `gate.acts`; each other one says whom it is for.
"""
