"""What electricity costs by dated rules.

| module | answers |
|---|---|
| `rows` `book` | the figures of `data/knowledge/tariffs`, checked, and the row in force in a province on a day |
| `residential` | a month's kWh: tiers, peak and valley, large and low-income households, flat prices; the next tier |
| `base_fee` | one part or two; the base fee of a month by capacity or demand |
| `suspension` | what a suspension saves |
| `late_fee` | what paying late costs |

Money is `Decimal` throughout. What no row answers raises `Refusal`; nothing is filled in.
"""
