"""The network between the hosts of the trial: every packet goes through here, and may be lost or come late.

    router.py NAME=ADDRESS …

Makes a TUN device for each host. Whoever started it moves them into the hosts' network namespaces: what is read from a
device then is what that host sends, and what is written to it is what that host gets. The kernel needs no netem for that,
and takes the devices away when this process ends, however it ends.

Each line on stdin sets rules for what one host sends to another, in one direction, and is answered by a line:
    {"rules": [["10.0.0.1", "10.0.0.2", {"loss": 0.4, "delay": 0.8}], …]}      delay in seconds; no rule: {}
    {"lost": 12, "late": 0}                                                     packets so far
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x0001 | 0x1000
LARGEST_PACKET = 65_535


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_WITHOUT_HEADER))
    return device


def packed(address):
    return bytes(int(part) for part in address.split("."))


class Router:
    def __init__(self, hosts):
        self.devices = {packed(address): open_device(name) for name, address in hosts}
        self.rules = {}
        self.waiting = []
        self.lost = 0
        self.late = 0

    def take(self, device):
        """Everything that a host has sent."""
        while True:
            try:
                packet = os.read(device, LARGEST_PACKET)
            except BlockingIOError:
                return
            except OSError:
                # The device is not up yet.
                return
            if packet[0] >> 4 == 4:
                self.forward(packet)

    def forward(self, packet):
        receiver = self.devices.get(packet[16:20])
        if receiver is None:
            return
        rule = self.rules.get((packet[12:16], packet[16:20]))
        if rule is None:
            self.hand_over(receiver, packet)
            return
        loss, delay = rule
        if loss > 0 and random.random() < loss:
            self.lost += 1
        elif delay > 0:
            self.late += 1
            # The count keeps packets of one moment in order.
            heapq.heappush(self.waiting, (time.monotonic() + delay, self.late, receiver, packet))
        else:
            self.hand_over(receiver, packet)

    def hand_over(self, receiver, packet):
        try:
            os.write(receiver, packet)
        except OSError:
            # As with a full queue: the sender sends it again.
            pass

    def hand_over_what_is_due(self):
        """@returns ms until the next one, None when nothing waits"""
        while self.waiting:
            left = self.waiting[0][0] - time.monotonic()
            if left > 0:
                return left * 1000 + 1
            _, _, receiver, packet = heapq.heappop(self.waiting)
            self.hand_over(receiver, packet)
        return None

    def obey(self, line):
        for sender, receiver, rule in json.loads(line)["rules"]:
            key = (packed(sender), packed(receiver))
            if rule:
                self.rules[key] = (rule.get("loss", 0), rule.get("delay", 0))
            else:
                self.rules.pop(key, None)
        print(json.dumps({"lost": self.lost, "late": self.late}), flush=True)

    def run(self):
        poll = select.poll()
        for device in (*self.devices.values(), sys.stdin.fileno()):
            poll.register(device, select.POLLIN)
        unread = b""
        while True:
            for ready, _ in poll.poll(self.hand_over_what_is_due()):
                if ready != sys.stdin.fileno():
                    self.take(ready)
                    continue
                received = os.read(ready, LARGEST_PACKET)
                if not received:
                    return
                *lines, unread = (unread + received).split(b"\n")
                for line in lines:
                    self.obey(line)


if __name__ == "__main__":
    router = Router([argument.split("=") for argument in sys.argv[1:]])
    print("{}", flush=True)
    router.run()
