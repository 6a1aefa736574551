"""The bot's room: understanding and dialogue on Rasa 3.6.21, Python 3.10. Imports nothing of the other rooms."""
