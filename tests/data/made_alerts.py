"""Alert packets in ZTF's layout, as small as they can be, for all tests of alerts."""

import gzip
import io
import json

import fastavro
import numpy as np
from astropy.io import fits

NUMBERS = (
    ("jd", "double"), ("fid", "int"), ("ra", "double"), ("dec", "double"), ("xpos", "double"),
    ("ypos", "double"), ("fwhm", "double"), ("magzpsci", "double"), ("field", "int"),
)  # fmt: skip
ANY = ["null", "string", "double", "long", "boolean", "bytes"]
KINDS = ("Science", "Template", "Difference")
SIZE = 63


def schema(**kinds):
    """The schema of a packet; by keyword the Avro type of a field where it is another."""
    candidate = [
        {"name": name, "type": kinds.get(name, ["null", kind])} for name, kind in NUMBERS
    ] + [{"name": "isdiffpos", "type": kinds.get("isdiffpos", ["null", "string"])}]
    data = kinds.get("stampData", ["null", "bytes"])
    stamps = [
        {
            "name": f"cutout{kind}",
            "type": ["null", {
                "type": "record", "name": kind,
                "fields": [
                    {"name": "fileName", "type": "string"}, {"name": "stampData", "type": data},
                ],
            }],
        }
        for kind in KINDS
    ]  # fmt: skip
    return {
        "type": "record",
        "name": "alert",
        "fields": [
            {"name": "objectId", "type": kinds.get("objectId", ["null", "string"])},
            {"name": "candid", "type": kinds.get("candid", "long")},
            {
                "name": "candidate",
                "type": {"type": "record", "name": "candidate", "fields": candidate},
            },
            *stamps,
        ],
    }


def fits_bytes(*hdus):
    stream = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(stream)
    return stream.getvalue()


def picture(value=1.0, shape=(SIZE, SIZE)):
    image = np.full(shape, value, np.float32)
    image[0, 0] = value + 1
    return image


def wrap(data, name="x.fits.gz"):
    return {"fileName": name, "stampData": data}


def stamp(image):
    return wrap(gzip.compress(fits_bytes(fits.PrimaryHDU(image)), mtime=0))


def star(seed, *, flux=3000.0):
    """A picture with a sky, noise and a star in the middle."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE // 2
    noise = 8 * np.random.default_rng(seed).standard_normal((SIZE, SIZE))
    return (200 + noise + flux / 8 * np.exp(-(x**2 + y**2) / 5.0)).astype(np.float32)


def packet(candid=1, *, object_id="ZTF1", shape=(SIZE, SIZE), stamps=None, **changes):
    """A packet; changes are of its candidate record, or of its own fields."""
    candidate = {
        "jd": 2459000.5, "fid": 1, "ra": 10.0, "dec": 20.0, "xpos": 1500.0, "ypos": 1500.0,
        "fwhm": 2.0, "magzpsci": 26.0, "field": 550, "isdiffpos": "t",
    }  # fmt: skip
    own = {name: changes.pop(name) for name in list(changes) if name not in candidate}
    values = dict(zip(KINDS, (candid, 1, candid - 1), strict=True))
    pictures = {f"cutout{kind}": stamp(picture(value, shape)) for kind, value in values.items()}
    if stamps is not None:
        pictures = dict(zip(pictures, stamps, strict=True))
    return {
        "objectId": object_id,
        "candid": candid,
        "candidate": {**candidate, **changes},
        **pictures,
        **own,
    }


def seen(candid, **changes):
    """A packet whose pictures show a star."""
    science, template = star(candid), star(7, flux=0.0)
    stamps = [stamp(image) for image in (science, template, science - template)]
    return packet(candid, stamps=stamps, **changes)


def write(path, packets, *, codec="null", block=1, kinds=None):
    """Write packets into a container; ``block`` bytes start a new block (one: a packet each)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        fastavro.writer(stream, schema(**(kinds or {})), packets, codec=codec, sync_interval=block)
    return path


def long(number):
    """A whole number as Avro writes it."""
    number = (number << 1) ^ (number >> 63)
    written = b""
    while number & ~0x7F:
        written += bytes([(number & 0x7F) | 0x80])
        number >>= 7
    return written + bytes([number])


def container(header_schema, codec, blocks, *, mark=b"0123456789abcdef"):
    """A container by hand: a schema as it stands in the header, and (count, bytes) of blocks."""

    def text(value):
        return long(len(value)) + value

    facts = {b"avro.schema": json.dumps(header_schema).encode(), b"avro.codec": codec.encode()}
    header = b"Obj\x01" + long(len(facts))
    header += b"".join(text(name) + text(value) for name, value in facts.items()) + long(0) + mark
    return header + b"".join(long(n) + text(data) + mark for n, data in blocks)


def body(packets, of=None):
    """The records of a block, end to end."""
    stream = io.BytesIO()
    parsed = fastavro.parse_schema(of or schema())
    for one in packets:
        fastavro.schemaless_writer(stream, parsed, one)
    return stream.getvalue()
