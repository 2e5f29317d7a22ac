"""Applications on their way: what citizens and employers ask for, until a decision is taken.

A draft belongs to whoever signed in. What is sent becomes decisions in the register: granted by
the machine when every rule is met, else pending until a clerk has looked at it.
"""
