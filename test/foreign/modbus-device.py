"""A Modbus device that is not ours, for tests of Holdfast: pymodbus 3.8 serves known values.

Prints one JSON line when it listens and serves until its standard input closes:
    {"port": ..., "unit_id": ..., "points": [{"code", "table", "address", "data_type", "byte_order", "scale", "offset",
    "value"}, ...], "second_unit": {"unit_id": ..., "holding_registers": [...]},
    "every_type": {"unit_id": ..., "points": [...]}}: see every_type.py
`value` is the engineering value that a reader must arrive at. Modbus TCP unless told otherwise:
    --port N            TCP port, 0 (the default) takes a free one
    --rtu               RTU frames, over TCP
    --serial PATH       RTU frames on a serial line at 115200 baud 8N1; needs python3-serial
A line "holding_register 4 2" on its standard input is answered with what lies there now, as a JSON list.
"""

import argparse
import asyncio
import json
import socket
import struct
import sys

import every_type
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

UNIT_ID = 17
SECOND_UNIT_ID = 18
EVERY_TYPE_UNIT_ID = 19
SECOND_REGISTERS = [7, 77, 777, 7777, 65535]
DATATYPE = ModbusClientMixin.DATATYPE
NUMBERS = {
    "int16": (DATATYPE.INT16, [0, 1, -1, -32768, 32767, 12345]),
    "uint16": (DATATYPE.UINT16, [0, 1, 65535, 32768, 4660]),
    "int32": (DATATYPE.INT32, [0, 1, -1, -2147483648, 2147483647, 305419896]),
    "uint32": (DATATYPE.UINT32, [0, 1, 4294967295, 2147483648, 305419896]),
    "float32": (DATATYPE.FLOAT32, [0.0, 1.0, -123.456, 3.4028234e38, 1.5e-40, 50.02]),
}


def registers(value, data_type, byte_order):
    """pymodbus converts; it knows the order of words but not of bytes within one."""
    word_order = "little" if byte_order in ("CDAB", "DCBA") else "big"
    words = ModbusClientMixin.convert_to_registers(value, data_type, word_order)
    if byte_order in ("BADC", "DCBA"):
        words = [struct.unpack("<H", struct.pack(">H", word))[0] for word in words]
    return words


def nearest_float32(value):
    return struct.unpack(">f", struct.pack(">f", value))[0]


def build():
    """Returns (points, {table: {address: register or bit}})."""
    points = []
    tables = {"coil": {}, "discrete_input": {}, "input_register": {}, "holding_register": {}}

    def add(table, address, data_type, value, raw, byte_order="ABCD", scale=1, offset=0):
        points.append(
            {
                "code": f"{table}_{address}",
                "table": table,
                "address": address,
                "data_type": data_type,
                "byte_order": byte_order,
                "scale": scale,
                "offset": offset,
                "value": value,
            }
        )
        tables[table].update({address + index: each for index, each in enumerate(raw)})

    for table, start in (("holding_register", 0), ("input_register", 1000)):
        address = start
        for name, (data_type, values) in NUMBERS.items():
            for byte_order in ("ABCD", "CDAB", "BADC", "DCBA"):
                for value in values:
                    raw = registers(value, data_type, byte_order)
                    expected = nearest_float32(value) if name == "float32" else value
                    add(table, address, name, expected, raw, byte_order)
                    address += len(raw)
            address += 3  # a hole
        add(table, address, "int16", -12.5, registers(-125, DATATYPE.INT16, "ABCD"), scale=0.1)
        add(table, address + 1, "uint16", 60.0, registers(200, DATATYPE.UINT16, "ABCD"), scale=0.5, offset=-40)
        add(table, address + 2, "bool", True, [4])
        add(table, address + 3, "bool", False, [0])
        add(table, 65534, "uint32", 4000000000, registers(4000000000, DATATYPE.UINT32, "ABCD"))

    for table, start in (("coil", 0), ("discrete_input", 3)):
        for index in range(2100):
            bit = (index * index) % 7 in (1, 2)
            add(table, start + index, "bool", bit, [bit])
    return points, tables


def data_block(cells):
    # pymodbus counts from 1 in its stores.
    return ModbusSparseDataBlock({address + 1: value for address, value in cells.items()})


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rtu", action="store_true")
    parser.add_argument("--serial")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


READ_CODES = {"coil": 1, "discrete_input": 2, "holding_register": 3, "input_register": 4}


def answer_questions(device):
    """Ends when standard input closes: a test that is killed leaves no device behind."""
    for line in sys.stdin:
        table, address, count = line.split()
        print(json.dumps(device.getValues(READ_CODES[table], int(address), int(count))), flush=True)


async def main():
    options = arguments()
    points, tables = build()
    device = ModbusSlaveContext(
        co=data_block(tables["coil"]),
        di=data_block(tables["discrete_input"]),
        ir=data_block(tables["input_register"]),
        hr=data_block(tables["holding_register"]),
    )
    second = ModbusSlaveContext(hr=data_block(dict(enumerate(SECOND_REGISTERS))))
    typed_points, typed_registers = every_type.build()
    typed = ModbusSlaveContext(hr=data_block(typed_registers))
    units = {UNIT_ID: device, SECOND_UNIT_ID: second, EVERY_TYPE_UNIT_ID: typed}
    context = ModbusServerContext(slaves=units, single=False)
    port = 0
    if options.serial:
        server = ModbusSerialServer(
            context, framer=FramerType.RTU, port=options.serial, baudrate=115200, bytesize=8, parity="N", stopbits=1
        )
    else:
        port = options.port or free_port()
        framer = FramerType.RTU if options.rtu else FramerType.SOCKET
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", port))
    if not await server.listen():
        raise SystemExit(f"cannot listen on {options.serial or port}")
    announcement = {
        "port": port,
        "unit_id": UNIT_ID,
        "points": points,
        "second_unit": {"unit_id": SECOND_UNIT_ID, "holding_registers": SECOND_REGISTERS},
        "every_type": {"unit_id": EVERY_TYPE_UNIT_ID, "points": typed_points},
    }
    print(json.dumps(announcement), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, answer_questions, device)
    await server.shutdown()


asyncio.run(main())
