"""Train the zstd dictionaries of odevents/store/dictionaries, one per table. Run by ``make dictionaries``.

A dictionary is a list of pieces of text that rows have in common. It is shipped, so only invented rows may go in.
Snapshots name the version they were packed with: keep the old files, raise ``VERSION`` here and ``_DICTIONARY`` in
``odevents/store/packed_rows.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import zstandard

from odevents.simulator import Office, Simulator
from odevents.store.packed_rows import encoded, shape_of, shortened

FOLDER = Path(__file__).parent.parent / "odevents" / "store" / "dictionaries"
TABLES = {
    "Appointment": "appointments",
    "Patient": "patients/Simple",
    "PatField": "patfields",
    "Operatory": "operatories",
    "Provider": "providers",
    "Schedule": "schedules?dateStart=2000-01-01&dateEnd=2100-01-01",
    "ToothInitial": "toothinitials",
}
VERSION = 1
SIZE = 4 * 1024  # larger ones fit the invented rows better and real ones worse
SEEDS = range(1, 9)


def main() -> None:
    """Train and write one dictionary per table that has rows enough."""
    samples: dict[str, list[Any]] = {table: [] for table in TABLES}
    for seed in SEEDS:
        office = Office(f"training-{seed}", patients=600, providers=6, mode="local", version="25.3.36")
        with Simulator([office], seed=seed, poll=False) as clinic:
            for table, path in TABLES.items():
                samples[table] += rows(clinic.base_url, office.authorization, path)
    FOLDER.mkdir(exist_ok=True)
    for table, plain in samples.items():
        if len(plain) < 200:
            print(f"{table}: only {len(plain)} rows, no dictionary")
            continue
        dictionary = zstandard.train_dictionary(SIZE, plain[::2])
        (FOLDER / f"{table}-{VERSION}.zdict").write_bytes(dictionary.as_bytes())
        compressor = zstandard.ZstdCompressor(dict_data=dictionary)
        packed = [len(compressor.compress(row)) for row in plain[1::2]]
        before, after = sum(map(len, plain)) / len(plain), sum(packed) / len(packed)
        print(f"{table}: {len(plain)} rows, {before:.0f} -> {after:.0f} bytes")


def rows(base_url: str, authorization: str, path: str) -> list[bytes]:
    """The values of all rows of a list, as snapshots keep them."""
    found: list[bytes] = []
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    while True:
        joined = "&" if "?" in path else "?"
        answer = httpx.get(f"{base_url}/{path}{joined}Offset={len(found)}", headers=headers)
        page = answer.json() if answer.is_success else []
        if not isinstance(page, list) or not page:
            return found
        for row in page:
            row.pop("serverDateTime", None)
            found.append(encoded(shortened(shape_of(tuple(row)), row.values())))


if __name__ == "__main__":
    main()
