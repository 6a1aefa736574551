"""Calls: a voice gateway recognises and speaks, we get text and answer text (AudioCodes AC-Bot-API, HTTP mode)."""
