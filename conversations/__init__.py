"""The record of what was said, by whom, and who speaks next. The only room that decides who speaks."""
