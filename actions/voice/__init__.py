"""Complaints, suggestions, praise, reports of theft: taken seriously, taken down, written as an order.

guide     what each kind asks for and becomes
record    `action_record_voice`: who needs a person at once, and the first words
form      `voice_form`: what, when and where, a telephone; then the order
"""
