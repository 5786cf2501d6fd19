"""Reading people's words: tokens, vocabulary, concepts, conditions, and the draft of a strategy.

Shared by clarify (a new idea) and feedback (a change of one).
"""
