"""A client of the MC protocol that is not ours, for tests of Holdfast's simulated PLC: pymcprotocol 0.3.

    melsec-client.py PORT FRAME CODE PLCTYPE STEPS
FRAME is 3E or 4E, CODE binary or ascii, PLCTYPE Q, L or iQ-R. STEPS is a JSON list of
    ["read_words", HEAD, COUNT] ["read_bits", HEAD, COUNT] ["write_words", HEAD, VALUES] ["write_bits", HEAD, VALUES]
Prints a JSON list: what each read gave, null for a write, and the text of the error where there was one.
"""

import json
import sys

import pymcprotocol


def main() -> None:
    port, frame, code, plc_type, steps = sys.argv[1:]
    client = (pymcprotocol.Type4E if frame == "4E" else pymcprotocol.Type3E)(plctype=plc_type)
    client.setaccessopt(commtype=code)
    client.connect("127.0.0.1", int(port))
    if frame == "4E":
        client.set_subheaderserial(4660)
    do = {
        "read_words": client.batchread_wordunits,
        "read_bits": client.batchread_bitunits,
        "write_words": client.batchwrite_wordunits,
        "write_bits": client.batchwrite_bitunits,
    }
    results = []
    for what, head, rest in json.loads(steps):
        try:
            results.append(do[what](head, rest))
        except Exception as error:  # the library raises several kinds, all told alike
            results.append(str(error))
    client.close()
    print(json.dumps(results))


main()
