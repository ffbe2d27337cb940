"""Reads holding registers of devices in their period, as somebody would who writes a small collector with pymodbus.

Arguments: port, devices, registers, period in seconds. Device n is on 127.1.x.y, unit 1. Runs until it is ended.
"""

import asyncio
import sys
import time

from pymodbus.client import AsyncModbusTcpClient

port, devices, registers = (int(argument) for argument in sys.argv[1:4])
period = float(sys.argv[4])
codes = [f"temperature_zone_{index + 1}" for index in range(registers)]
newest = {}
told = asyncio.Event()


async def read(index):
    client = AsyncModbusTcpClient(f"127.1.{index >> 8 & 255}.{index & 255}", port=port, timeout=1)
    await client.connect()
    await asyncio.sleep(period * index / devices)
    due = time.monotonic()
    while True:
        reply = await client.read_holding_registers(0, count=registers, slave=1)
        if reply.isError():
            raise RuntimeError(str(reply))
        newest[index] = {code: raw / 10 for code, raw in zip(codes, reply.registers)}
        if len(newest) == devices and not told.is_set():
            told.set()
            print("values of all devices", flush=True)
        due += period
        await asyncio.sleep(max(0, due - time.monotonic()))


async def main():
    await asyncio.gather(*(read(index) for index in range(1, devices + 1)))


asyncio.run(main())
