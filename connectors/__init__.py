"""How people reach us: each connector turns its platform's words into our message and back, nothing more."""
