"""Domain terms that speech recognition did not know, by their sound: 风骨电价 is 峰谷电价."""

from __future__ import annotations

from bot.components.pinyin import blurred

_EVERYDAY = 300  # occurrences in jieba's corpus from which a word is everybody's and no term of ours


class Terms:
    """Domain terms by their sound; `others` are words that sound like a term and are none: they stay."""

    def __init__(self, terms: list[str], others: list[str]) -> None:
        self.terms, self.others = terms, others
        self._known = {*terms, *others}
        self._by_sound: dict[tuple[str, ...], str] = {}
        self._by_part: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
        for term in terms:
            sound = tuple(blurred(character) for character in term)
            self._by_sound.setdefault(sound, term)
            if len(term) >= 4:
                for place in range(len(sound)):
                    self._by_part.setdefault((sound[:place], sound[place + 1 :]), term)
        self._sizes = sorted({len(term) for term in terms if len(term) > 1}, reverse=True)

    @classmethod
    def of(cls, words: list[str], everyday: dict[str, int]) -> Terms:
        """The words that are not everyday ones, beside an everyday dictionary: word to frequency."""
        terms = [word for word in words if len(word) > 1 and everyday.get(word, 0) < _EVERYDAY]
        sounds = {tuple(map(blurred, term)) for term in terms}
        own = set(terms)
        return cls(
            terms, [w for w in everyday if len(w) > 1 and w not in own and tuple(map(blurred, w)) in sounds]
        )

    def repaired(self, text: str) -> str | None:
        """`text` (a reading) with the terms that sound like a part of it in that part's place; `None` if there are none.

        Two or three syllables must sound the same; of four and more one may differ. Longer terms come first.

        >>> Terms(["峰谷电价"], []).repaired("风骨电价怎么开通")
        '峰谷电价怎么开通'
        """
        sounds = [blurred(character) for character in text]
        done, place = [], 0
        changed = False
        while place < len(text):
            term = self._term(text, sounds, place)
            if term is None:
                done.append(text[place])
                place += 1
            else:
                changed = changed or term != text[place : place + len(term)]
                done.append(term)
                place += len(term)
        return "".join(done) if changed else None

    def _term(self, text: str, sounds: list[str], place: int) -> str | None:
        for size in self._sizes:
            if place + size <= len(text):
                if text[place : place + size] in self._known:
                    return text[place : place + size]
                sound = tuple(sounds[place : place + size])
                found = self._by_sound.get(sound)
                if found is None and size >= 4:
                    found = self._nearly(sound)
                if found:
                    return found
        return None

    def _nearly(self, sound: tuple[str, ...]) -> str | None:
        for at, odd in enumerate(sound):
            term = self._by_part.get((sound[:at], sound[at + 1 :]))
            if term and _near(odd, blurred(term[at])):
                return term
        return None


def _near(one: str, other: str) -> bool:
    """Whether two syllables begin alike, or rhyme from their second letter on."""
    return one[:1] == other[:1] or (len(one) > 2 < len(other) and one[1:] == other[1:])
