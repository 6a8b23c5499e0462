"""Tiny files in the real layout of Deep-TAO, with every trap that the release holds.

Written with astropy, independently of our own writer, so that the two can disagree. Run it to
look at the files: ``python tests/data/make_deep_tao.py FOLDER``.
"""

import argparse
import gzip
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from astropy.io import fits

SIZE = 64
LABELS = {
    "AGN": "AGN? SDSS 22,1 mag Galaxy",
    "BZ": "Blazar?",
    "CV": "CV",
    "SN": "SN",
    "OTHER": "High PM star",
}
NIGHTS = [("05", "APR", 6, 53466), ("05", "DEC", 25, 53729), ("05", "JUN", 1, 53522)]
"""Nights as the release orders them: by the alphabet, not by time; MJD is that of 0 h UTC."""

EARLY_2006 = ("06", "MAR", 5, 53799)
"""A night whose stated times step by 0.15–0.2 days and do not rise with the exposure number."""

TWO_VISITS = ("07", "FEB", 8, 54139)
"""A night on which the field was visited twice, and a neighbouring field in between."""


@dataclass
class Row:
    """One row of the table, and its image."""

    date: str
    number: str
    mjd: float
    image: np.ndarray
    set_number: str = "01"
    field_id: str = "N07053"
    cutout: str = "0118"
    order: float = 0.0


@dataclass
class Truth:
    """What a reader must find in one file."""

    path: Path
    object_id: str
    class_name: str
    raw_label: str
    field_id: str
    ra: float
    dec: float
    frames: np.ndarray
    mjd_raw: np.ndarray
    exposure_id: list[str]
    blank: np.ndarray
    set_aside: list[str] = field(default_factory=list)


def make_deep_tao(folder: Path, *, seed: int = 1, n_per_class: int = 2) -> dict[str, Truth]:
    """Write ``data/<CLASS>/*.fits`` under a folder; return the truth by object id.

    The last object of each class is gzipped when there are at least two.
    """
    rng = np.random.default_rng(seed)
    truths: dict[str, Truth] = {}
    for class_name, label in LABELS.items():
        for i in range(n_per_class):
            ra, dec = float(rng.uniform(0, 360)), float(rng.uniform(-30, 60))
            name = f"CSS0{rng.integers(10000, 99999)}:{i:06d}{int(dec * 3600):+07d}"
            path = folder / "data" / class_name / f"{name}.fits"
            truth = _transient(path, class_name, label, round(ra, 5), round(dec, 5), rng)
            truths[name] = truth
    parents = list(truths)
    for i in range(n_per_class):
        ra, dec = round(float(rng.uniform(0, 360)), 6), round(float(rng.uniform(-30, 60)), 4)
        path = folder / "data" / "NON" / f"nonCSS:{ra}{dec:+}.fits"
        truths[path.name.removesuffix(".fits")] = _non_transient(path, parents[i], ra, dec, rng)
    if n_per_class > 1:
        for class_name in (*LABELS, "NON"):
            last = [t for t in truths.values() if t.class_name == class_name][-1]
            last.path = gzipped(last.path)
    return truths


def gzipped(path: Path) -> Path:
    """Replace a file by its gzipped self."""
    target = path.with_name(path.name + ".gz")
    with path.open("rb") as plain, gzip.open(target, "wb") as zipped:
        shutil.copyfileobj(plain, zipped)
    path.unlink()
    return target


def truncated(path: Path, target: Path, *, bytes_left: int) -> Path:
    """Write the first bytes of a file under another name."""
    target.write_bytes(path.read_bytes()[:bytes_left])
    return target


def image(rng: np.random.Generator, shape: tuple[int, int] = (SIZE, SIZE)) -> np.ndarray:
    """Return a sky of about 1,900 with a noise of about 20 and one saturated star."""
    pixels = rng.normal(1900, 20, shape).round()
    pixels[5:8, 9:12] = 65535
    return pixels.astype(np.uint16)


def _nights(rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for yy, month, day, mjd in NIGHTS:
        for number in range(1, 5):
            if (month, number) == ("DEC", 3):
                continue  # a night may miss an exposure
            time = round(mjd + 0.2 + 0.007 * number, 5)
            rows.append(Row(f"{yy}{month}{day:02d}", f"{number:04d}", time, image(rng), order=time))
    # Two overlapping cutouts of one exposure.
    twin = rows[5]
    rows.insert(6, Row(twin.date, twin.number, twin.mjd, image(rng), cutout="0119", order=np.nan))
    return rows


def _early_2006(rng: np.random.Generator) -> list[Row]:
    yy, month, day, mjd = EARLY_2006
    steps = (0.61, 0.27, 0.44, 0.12)
    return [
        Row(f"{yy}{month}{day:02d}", f"{n:04d}", mjd + step, image(rng), order=mjd + 0.01 * n)
        for n, step in enumerate(steps, start=1)
    ]


def _two_visits(rng: np.random.Generator) -> list[Row]:
    yy, month, day, mjd = TWO_VISITS
    rows = []
    visits = (("01", "N07053", 0.24475), ("02", "F08020", 0.2976), ("02", "N07053", 0.34946))
    for set_number, field_id, start in visits:
        for n in range(1, 3):
            time = round(mjd + start + 0.007 * n, 5)
            row = Row(f"{yy}{month}{day:02d}", f"{n:04d}", time, image(rng), set_number, field_id)
            row.order = time
            rows.append(row)
    return rows


def _transient(
    path: Path, class_name: str, label: str, ra: float, dec: float, rng: np.random.Generator
) -> Truth:
    rows = _nights(rng) + _early_2006(rng) + _two_visits(rng)
    rows[2].image = np.full((SIZE, SIZE), 1900, np.uint16)
    odd = Row("05JUN01", "0005", 53522.24, image(rng, (60, SIZE)), order=np.nan)
    rows.insert(9, odd)
    name = path.name.removesuffix(".fits")
    cards = [
        ("CRTS_ID", name),
        ("HIERARCH RA_(J2000)", ra),
        ("HIERARCH DEC_(J2000)", dec),
        ("N_IMAGES", len(rows)),
        ("UT_DATE", 20071204.46),
        ("MAG", 20.24),
        ("HIERARCH CSS_IMAGES", 712041070534121941),
        ("SDSS", "yes"),
        ("OTHERS", 21941),
        ("FOLLOWED", "no"),
        ("LAST", "2016-05-27"),
        ("LC", 21941),
        ("FC", "no"),
        ("CLASS", label),
    ]
    columns = [
        ("HDU_Ext", "K", [i + 2 for i in range(len(rows))]),
        ("Set_Number", "2A", [row.set_number for row in rows]),
        ("Date", "7A", [row.date for row in rows]),
        ("MJD", "D", [row.mjd for row in rows]),
        ("Field_ID", "6A", [row.field_id for row in rows]),
        ("Obs_In_Seq", "4A", [row.number for row in rows]),
        ("Cutout", "4A", [row.cutout for row in rows]),
    ]
    _write(path, columns, cards, rows, image_cards=cards)
    true = sorted((row for row in rows if np.isfinite(row.order)), key=lambda row: row.order)
    return Truth(
        path=path,
        object_id=name,
        class_name=class_name,
        raw_label=label,
        field_id=name,
        ra=ra,
        dec=dec,
        frames=np.stack([row.image for row in true])[:, None],
        mjd_raw=np.array([row.mjd for row in true]),
        exposure_id=[_name(row) for row in true],
        blank=np.array([np.ptp(row.image) == 0 for row in true]),
        set_aside=[
            f"HDU {rows.index(odd) + 2}: a frame of another shape (got 60 × 64, not 64 × 64)"
        ],
    )


def _name(row: Row) -> str:
    name = f"{row.date}-{row.number}"
    return f"{name}-{row.mjd}" if row.date.startswith("07FEB") else name


def _non_transient(
    path: Path, parent: str, ra: float, dec: float, rng: np.random.Generator
) -> Truth:
    rows = _nights(rng)
    cards = [
        ("CRTS_ID", parent),
        ("N_IMAGES", len(rows)),
        ("HIERARCH RA_(J2000)", str(ra)),
        ("HIERARCH Dec_(J2000)", str(dec)),
        ("IMG_REF", "01_05APR06_N07053_0001_cutout_0118.fits"),
    ]
    columns = [
        ("HDU_Ext", "4A", [str(i + 2) for i in range(len(rows))]),
        ("MJD", "11A", [str(row.mjd) for row in rows]),
        ("DATE", "7A", [row.date for row in rows]),
        ("Field_ID", "6A", [row.field_id for row in rows]),
        ("Cutout", "4A", [row.cutout for row in rows]),
    ]
    _write(path, columns, cards, rows, image_cards=[])
    true = sorted((row for row in rows if np.isfinite(row.order)), key=lambda row: row.order)
    return Truth(
        path=path,
        object_id=path.name.removesuffix(".fits"),
        class_name="NON",
        raw_label="",
        field_id=parent,
        ra=ra,
        dec=dec,
        frames=np.stack([row.image for row in true])[:, None],
        mjd_raw=np.array([row.mjd for row in true]),
        exposure_id=[f"{row.date}-{row.mjd}" for row in true],
        blank=np.zeros(len(true), bool),
    )


def _write(
    path: Path,
    columns: list[tuple[str, str, list]],
    cards: list[tuple[str, object]],
    rows: list[Row],
    *,
    image_cards: list[tuple[str, object]],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = fits.BinTableHDU.from_columns(
        [fits.Column(name=n, format=form, array=np.array(values)) for n, form, values in columns]
    )
    table.header.extend(cards)
    images = [fits.ImageHDU(row.image) for row in rows]
    for hdu in images:
        hdu.header.extend(image_cards)
    fits.HDUList([fits.PrimaryHDU(), table, *images]).writeto(path, overwrite=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write tiny files in the layout of Deep-TAO.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n-per-class", type=int, default=2)
    args = parser.parse_args()
    for made in make_deep_tao(args.folder, seed=args.seed, n_per_class=args.n_per_class).values():
        print(made.path)
