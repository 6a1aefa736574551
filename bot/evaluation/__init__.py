"""How well the model understands, on utterances that it has never seen."""
