"""Points of every type and byte order that Holdfast knows, with what a reader must make of their registers.

The registers come from Python's struct, its codecs and pymodbus' own converters, none of which Holdfast had a part in.
"""

import datetime
import struct

from pymodbus.client.mixin import ModbusClientMixin

DATATYPE = ModbusClientMixin.DATATYPE
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
UTC = datetime.timezone.utc

# type -> (struct format, pymodbus' type where it has one, values)
NUMBERS = {
    "int16": (">h", DATATYPE.INT16, [-32768, 12345]),
    "uint16": (">H", DATATYPE.UINT16, [65535, 4660]),
    "int32": (">i", DATATYPE.INT32, [-2147483648, 305419896]),
    "uint32": (">I", DATATYPE.UINT32, [4294967295, 305419896]),
    "float16": (">e", None, [-2.5, 65504.0, 2.0**-24, 0.333251953125]),
    "float32": (">f", DATATYPE.FLOAT32, [-123.456, 3.4028234e38, 1.5e-40]),
    "float64": (">d", DATATYPE.FLOAT64, [-123.456, 1.7976931348623157e308, 5e-324, 0.1]),
}
INTEGERS = {
    "int64": (">q", DATATYPE.INT64, [-(2**63), 2**63 - 1, -1, 1234567890123456789]),
    "uint64": (">Q", DATATYPE.UINT64, [2**64 - 1, 2**53 + 1, 0, 81985529216486895]),
}
TEXTS = [
    ("ascii", "ascii", "PM5110 v1.2"),
    ("utf-8", "utf-8", "Größe 温度 ℃"),
    ("gbk", "gbk", "一号注塑机 kW·h"),
]


def words_of(wire):
    return [word for (word,) in struct.iter_unpack(">H", wire)]


def swapped(word):
    return struct.unpack("<H", struct.pack(">H", word))[0]


def ordered(wire, order):
    """Big-endian bytes as registers in the order."""
    words = words_of(wire)
    if order in ("CDAB", "DCBA"):
        words.reverse()
    return [swapped(word) for word in words] if order in ("BADC", "DCBA") else words


def text_registers(wire, length, order):
    words = words_of(wire.ljust(length * 2, b"\0"))
    return [swapped(word) for word in words] if order in ("BADC", "DCBA") else words


def rfc3339(moment):
    fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def build():
    """Returns (points, {address: register}); a point's `readings` are {"values", "integers", "uncertain"} by code."""
    points = []
    registers = {}
    end = 0

    def add(data_type, words, values=None, integers=None, uncertain=(), **layout):
        nonlocal end
        address = end
        registers.update({address + index: word for index, word in enumerate(words)})
        end += len(words)
        code = f"{data_type}_{address}"

        def named(readings):
            if isinstance(readings, list):
                return {f"{code}[{index}]": reading for index, reading in enumerate(readings)}
            return {} if readings is None else {code: readings}

        points.append(
            {
                "code": code,
                "table": "holding_register",
                "address": address,
                "data_type": data_type,
                **layout,
                "readings": {
                    "values": named(values),
                    "integers": named(integers),
                    "uncertain": [code + each for each in uncertain],
                },
            }
        )

    for order in ORDERS:
        for kind, numbers in (("values", NUMBERS), ("integers", INTEGERS)):
            for data_type, (form, pymodbus_type, values) in numbers.items():
                for value in values:
                    wire = struct.pack(form, value)
                    if pymodbus_type and order in ("ABCD", "CDAB"):
                        word_order = "little" if order == "CDAB" else "big"
                        words = ModbusClientMixin.convert_to_registers(value, pymodbus_type, word_order)
                        assert words == ordered(wire, order)
                    held = struct.unpack(form, wire)[0]
                    expected = str(held) if kind == "integers" else held
                    add(data_type, ordered(wire, order), **{kind: expected}, byte_order=order)
        for value in (-128, -1, 0, 127):
            low = struct.pack(">Bb", 0xA5, value)
            high = struct.pack(">bB", value, 0xA5)
            add("int8", ordered(low, order), value, byte_order=order)
            add("int8", ordered(high, order), value, byte_order=order, byte="high")
        for value in (0, 255):
            add("uint8", ordered(struct.pack(">BB", 0x5A, value), order), value, byte_order=order, byte="low")
            add("uint8", ordered(struct.pack(">BB", value, 0x5A), order), value, byte_order=order, byte="high")
        for value in (0, 9999, 1234):
            add("bcd16", ordered(bytes.fromhex(f"{value:04d}"), order), value, byte_order=order)
        for value in (0, 99999999, 12345678):
            add("bcd32", ordered(bytes.fromhex(f"{value:08d}"), order), value, byte_order=order)
        for bit in range(16):
            add("bool", ordered(struct.pack(">H", 1 << bit), order), True, byte_order=order, bit=bit)
        add("bool", ordered(struct.pack(">H", 0xFFFF ^ (1 << 9)), order), False, byte_order=order, bit=9)
        for encoding, codec, text in TEXTS:
            words = text_registers(text.encode(codec), 12, order)
            add("string", words, text, byte_order=order, encoding=encoding, length=12)
        for moment in (
            datetime.datetime(1970, 1, 1, tzinfo=UTC),
            datetime.datetime(2026, 11, 24, 17, 30, 5, tzinfo=UTC),
            datetime.datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC),
        ):
            wire = struct.pack(">I", int(moment.timestamp()))
            add("unix_time32", ordered(wire, order), rfc3339(moment), byte_order=order)
        for moment in (
            datetime.datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
            datetime.datetime(2026, 11, 24, 17, 30, 5, 250000, tzinfo=UTC),
        ):
            ms = (moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(milliseconds=1)
            add("unix_time64", ordered(struct.pack(">q", ms), order), rfc3339(moment), byte_order=order)
        floats = [1.5, -2.25, 1024.0]
        words = [word for each in floats for word in ordered(struct.pack(">f", each), order)]
        add("float32", words, floats, byte_order=order, count=3)

    add("uint8", words_of(bytes([1, 2, 3, 4])), [1, 2, 3, 4], count=4)
    add("bool", [0b1000000000000001, 0b10], [True, False, True], bit=15, count=3)
    add("uint64", words_of(struct.pack(">2Q", 2**64 - 1, 7)), integers=[str(2**64 - 1), "7"], count=2)
    add("string", words_of(b"ABCDEF\0\0"), ["ABCD", "EF"], length=2, count=2)
    add("int16", [struct.unpack(">H", struct.pack(">h", -125))[0]], -12.5, scale=0.1)
    add("uint64", words_of(struct.pack(">Q", 123456)), 123.456, scale=0.001)
    add("uint16", [13824], 50.0, linear={"raw_min": 0, "raw_max": 27648, "eng_min": 0, "eng_max": 100})
    add("float32", words_of(struct.pack(">f", 50.02)), 50.02, precision=2)
    add("int16", [91], 9.1, uncertain=[""], scale=0.1, valid_max=9)
    add("uint16", [2], "auto", enumeration={"1": "manual", "2": "auto"})
    add("uint16", [3], "3", uncertain=[""], enumeration={"1": "manual", "2": "auto"})
    return points, registers
