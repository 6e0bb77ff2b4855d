"""Names, numbers and addresses that cannot belong to anyone.

First names are colours and stones, last names are things; telephone numbers are from 555-0100 to 555-0199, mail is at
``example.com``, the town does not exist, and nobody has a social security number.
"""

from __future__ import annotations

from random import Random

_COLOURS = (
    "Agate Amber Apricot Aqua Azure Basalt Beryl Bronze Calico Carmine Celadon Cerise Chalk Cobalt Copper "
    "Coral Crimson Cyan Damson Ebony Ecru Emerald Fawn Flint Garnet Ginger Granite Hazel Indigo Iris Ivory "
    "Jade Jasper Khaki Lapis Lilac Lime Madder Magenta Maroon Mauve Mica Ochre Olive Onyx Opal Pearl Peridot "
    "Plum Quartz Russet Saffron Sage Scarlet Sepia Sienna Slate Teal Topaz Umber"
)
FIRST = tuple(_COLOURS.split())
_THINGS = (
    "Acorn Anchor Applecart Barrel Basket Beacon Bramble Brick Bucket Button Candle Carpet Cinder Cloverleaf Compass "
    "Cotton Feather Fiddle Gravel Hammer Kettle Ladder Lantern Marble Mitten Needle Paddle Pebble Pepper "
    "Pickle Pillow Ribbon Saddle Spindle Teapot Thimble Timber Tinker Velvet Waffle"
)
_START = tuple(_THINGS.split())
_PLACES = (
    "bank barrow bottom brook bury cliff croft dale drift fell gate grove hatch heath hollow holt hurst lock "
    "mead mere mill moor rock shaw stead thorpe vale wick wold worthy"
)
_END = tuple(_PLACES.split())
STREETS = ("Nowhere Ln", "Invented Ave", "Pretend St", "Sample Ct", "Fiction Way", "Example Blvd")


def first_name(random: Random) -> str:
    """A first name."""
    return random.choice(FIRST)


def last_name(random: Random) -> str:
    """One of twelve hundred last names."""
    return random.choice(_START) + random.choice(_END)


def phone(random: Random) -> str:
    """A number from the range kept for fiction; with two hundred thousand people many share one, as families do."""
    return f"(555)555-01{random.randrange(100):02d}"


def street(random: Random) -> str:
    """A house in a street that is not there."""
    return f"{random.randrange(1, 999)} {random.choice(STREETS)}"
