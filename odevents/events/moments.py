"""Moments as Open Dental spells them, office-local and to the second: ``yyyy-MM-dd HH:mm:ss``."""

from __future__ import annotations

from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1970, 2105
_DAY_SECONDS = 86_400


class _Days(dict[str, int]):
    """The first second of each day that was asked for; there are fewer than 50,000 of them."""

    def __missing__(self, text: str) -> int:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise KeyError(text) from None
        if str(day) != text or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise KeyError(text)
        self[text] = (day - _EPOCH).days * _DAY_SECONDS
        return self[text]


class _DayTexts(dict[int, str]):
    """The same days, by their number since 1970."""

    def __missing__(self, day: int) -> str:
        self[day] = text = str(_EPOCH + timedelta(day))
        return text


_days, _day_texts = _Days(), _DayTexts()
_MINUTES = {f" {minute // 60:02}:{minute % 60:02}": minute * 60 for minute in range(24 * 60)}
_SECONDS = {f":{second:02}": second for second in range(60)}
_MINUTE_TEXTS, _SECOND_TEXTS = list(_MINUTES), list(_SECONDS)


def shortened(text: str) -> str | bytes:
    """Four bytes for a moment in exactly this spelling; all other text as it is.

    Three look-ups in small tables: reading and spelling it would take four times as long.

    >>> shortened("1970-01-02 00:00:01"), shortened("1970-01-02"), shortened("0001-01-01 00:00:00")
    (b'\\x00\\x01Q\\x81', '1970-01-02', '0001-01-01 00:00:00')
    """
    if text[:1] == "0":
        return text  # most often Open Dental's "none", 0001-01-01
    try:
        seconds = _days[text[:10]] + _MINUTES[text[10:16]] + _SECONDS[text[16:]]
    except KeyError:
        return text
    return seconds.to_bytes(4)


def restored(short: bytes) -> str:
    """The moment that :func:`shortened` was given."""
    day, second = divmod(int.from_bytes(short), _DAY_SECONDS)
    minute, second = divmod(second, 60)
    return _day_texts[day] + _MINUTE_TEXTS[minute] + _SECOND_TEXTS[second]
