"""Doing: custom actions behind Rasa's action protocol, and the words of its responses."""
