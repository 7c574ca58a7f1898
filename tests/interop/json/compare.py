#!/usr/bin/python3
"""Compares common/edge/json with Python's google.protobuf.json_format, both ways.

    compare.py ECHO_PROGRAM DESCRIPTOR_SET [count [seed]]

Messages of dacheng.testing.v1.Kinds are generated at random. Each is written as JSON by Python and
read by us, and written by us and read by Python; the message must be the same afterwards. Then
texts that are wrong in one way each must be refused by both.
"""
import json
import random
import struct
import subprocess
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format
from google.protobuf.message_factory import MessageFactory

echo, descriptor_set = sys.argv[1], sys.argv[2]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)

files = descriptor_pb2.FileDescriptorSet()
files.ParseFromString(open(descriptor_set, "rb").read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file)
Kinds = MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("dacheng.testing.v1.Kinds"))

program = subprocess.Popen([echo], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(line):
    program.stdin.write(line.encode() + b"\n")
    program.stdin.flush()
    return program.stdout.readline().decode().rstrip("\n")


def text():
    pieces = ["a", "Z", "达成", "\"", "\\", "/", "\n", "\t", "\x01", "\x7f", "é", "😀", "\u2028", " "]
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(8)))


def integer(bits, signed):
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return rng.choice([low, high, 0, 1, high // 3, max(low, -1), rng.randint(low, high),
                       max(low, -(1 << rng.randrange(bits - 1)))])


def real(single):
    value = rng.choice([0.0, 1.0, -1.5, 0.1, 1e-7, 123456789.125, 3.0e38 if single else 1.7e308,
                        1.2e-38 if single else 2.3e-308, float("nan"), float("inf"),
                        float("-inf"), rng.uniform(-1e6, 1e6), rng.random()])
    return struct.unpack("f", struct.pack("f", value))[0] if single else value


COLORS = [0, 1, 7, -3, 99]  # 99 has no name


def scalar(field):
    kind = field.type
    if kind in (field.TYPE_INT32, field.TYPE_SINT32, field.TYPE_SFIXED32):
        return integer(32, True)
    if kind in (field.TYPE_UINT32, field.TYPE_FIXED32):
        return integer(32, False)
    if kind in (field.TYPE_INT64, field.TYPE_SINT64, field.TYPE_SFIXED64):
        return integer(64, True)
    if kind in (field.TYPE_UINT64, field.TYPE_FIXED64):
        return integer(64, False)
    if kind == field.TYPE_FLOAT:
        return real(True)
    if kind == field.TYPE_DOUBLE:
        return real(False)
    if kind == field.TYPE_BOOL:
        return rng.random() < 0.5
    if kind == field.TYPE_ENUM:
        return rng.choice(COLORS)
    if kind == field.TYPE_STRING:
        return text()
    return bytes(rng.randrange(256) for _ in range(rng.randrange(7)))


def fill(message, depth):
    chosen = rng.choice([f.name for f in message.DESCRIPTOR.oneofs[0].fields]) \
        if message.DESCRIPTOR.oneofs else None
    full = message.DESCRIPTOR.full_name
    if full == "google.protobuf.Timestamp":
        message.seconds = rng.randint(-2208988800, 253402300799)
        message.nanos = rng.choice([0, 1, 500000000, 123456000, 123456789, 999999999])
        return
    if full == "google.protobuf.Duration":
        sign = rng.choice([1, -1])
        message.seconds = sign * rng.choice([0, 1, 315576000000, rng.randint(0, 10**6)])
        message.nanos = sign * rng.choice([0, 1, 500000000, 120000, 999999999])
        return
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof and field.name != chosen:
            continue
        if rng.random() < 0.5:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            value_field = field.message_type.fields_by_name["value"]
            for _ in range(rng.randrange(4)):
                key = scalar(field.message_type.fields_by_name["key"])
                if value_field.message_type:
                    fill(getattr(message, field.name)[key], depth + 1)
                else:
                    getattr(message, field.name)[key] = scalar(value_field)
        elif field.label == field.LABEL_REPEATED:
            for _ in range(rng.randrange(4)):
                if field.message_type:
                    if depth < 3:
                        fill(getattr(message, field.name).add(), depth + 1)
                else:
                    getattr(message, field.name).append(scalar(field))
        elif field.message_type:
            if depth < 3 and rng.random() < 0.6:
                getattr(message, field.name).SetInParent()
                fill(getattr(message, field.name), depth + 1)
        else:
            setattr(message, field.name, scalar(field))


def canonical(message):
    """Comparable even with NaN: the JSON that Python writes, with sorted keys."""
    return json.dumps(json_format.MessageToDict(message), sort_keys=True)


failures = 0


def check(good, what):
    global failures
    if not good:
        failures += 1
        print("FAILED:", what)


passed = 0
for number in range(count):
    message = Kinds()
    fill(message, 0)
    wanted = canonical(message)
    style = number % 3
    written = json_format.MessageToJson(message, indent=None,
                                        preserving_proto_field_name=style == 1,
                                        including_default_value_fields=style == 2)
    if style == 2:  # defaults of oneofs' siblings are not written, so this reads back as it was
        wanted_back = canonical(json_format.Parse(written, Kinds()))
        check(wanted_back == wanted, "python's own round trip")
    answer = ask("j " + written)
    if answer.startswith("j "):
        check(canonical(Kinds.FromString(bytes.fromhex(answer[2:]))) == wanted,
              f"read from JSON: {written}")
    else:
        check(False, f"{answer}: {written}")
    answer = ask("w " + message.SerializeToString().hex())
    if answer.startswith("w "):
        try:
            check(canonical(json_format.Parse(answer[2:], Kinds())) == wanted,
                  f"written as JSON: {answer[2:]} wanted {wanted}")
            # The same text as Python's but for the spelling of reals and the order of maps.
            check(json.loads(answer[2:]) == json.loads(written) or style != 0 or "NaN" in answer
                  or "ouble" in answer or "loat" in answer, f"{answer[2:]}\n{written}")
        except json_format.ParseError as error:
            check(False, f"{error}: {answer[2:]}")
    else:
        check(False, f"{answer}")
    passed += 2

# Refused by both.
WRONG = [
    '{"aInt32": 2147483648}', '{"aInt32": "2147483648"}', '{"aInt32": 1.5}', '{"aInt32": "x"}',
    '{"aInt32": true}', '{"aInt32": " 1"}', '{"aUint32": -1}', '{"aUint64": -1}',
    '{"aInt64": "9223372036854775808"}', '{"aUint64": "18446744073709551616"}', '{"aBool": 1}',
    '{"aBool": "true"}', '{"aColor": "COLOR_BLUE"}', '{"aString": 1}',
    '{"aString": null, "nosuch": 1}', '{"aBytes": 7}', '{"aFloat": 3.5e38}',
    '{"aDouble": "x"}', '{"inner": 1}', '{"int32s": 1}', '{"int32s": [null]}',
    '{"int32s": {"0": 1}}', '{"textsByText": []}', '{"textsByText": {"a": null}}',
    '{"innerByNumber": {"x": {}}}', '{"doublesByBool": {"yes": 1}}',
    '{"chosenInt32": 1, "chosenString": "x"}', '{"aInt32": 1, "aInt32": 2}', 
    '{"at": "yesterday"}', '{"at": "2026-02-30T00:00:00Z"}', '{"lasts": "5"}',
    '{"lasts": "315576000001s"}', '{', '{"aInt32": 01}', '{"aInt32": 1,}', "{'aInt32': 1}",
]
# Wrong by the mapping, though this Python takes them.
WRONG_FOR_US = ['{"aColor": 1.5}', '{"inner": []}', '[]', '1', '"x"', '{"aString": "\\ud800"}',
                '{"aString": "\\u0000"}', '{"a_int32": 1, "aInt32": 1}', '{}{}']
for wrong in WRONG:
    try:
        json_format.Parse(wrong, Kinds())
        check(False, f"python takes {wrong}: not a case for here")
    except (json_format.ParseError, ValueError):
        pass
for wrong in WRONG + WRONG_FOR_US:
    check(ask("j " + wrong).startswith("! "), f"taken: {wrong}")
    passed += 1

# Taken by both, with the same meaning.
RIGHT = [
    '{}', '{"aInt32": null}', '{"aInt32": "-5"}', '{"aInt32": 5.0}', '{"aInt32": 1e3}',
    '{"aInt64": 5}', '{"aUint64": "18446744073709551615"}', '{"aFloat": "1.5"}',
    '{"aDouble": 7}', '{"aDouble": "-Infinity"}', '{"aColor": 7}', '{"aColor": "COLOR_GREEN"}',
    '{"a_color": -3}', '{"aBytes": "-_-_"}', '{"aBytes": "+/+/"}', '{"aBytes": "QQ=="}',
    '{"aBytes": "QQ"}', '{"inner": null}', '{"inner": {}}', '{"int32s": []}', '{"int32s": null}',
    '{"chosenInt32": 0}', '{"chosenInner": {}}', '{"maybeInt64": 0}', '{"maybeString": ""}',
    '{"at": "2026-11-23T08:30:00.5+08:00"}', '{"lasts": "-1.5s"}', '{"oddName1X": "x"}',
    '{"odd__name_1_x": "x"}', '{"x2y3z": 3}', '{"aString": "\\u8fbe\\ud83d\\ude00"}',
]
for right in RIGHT:
    wanted = canonical(json_format.Parse(right, Kinds()))
    answer = ask("j " + right)
    check(answer.startswith("j ") and
          canonical(Kinds.FromString(bytes.fromhex(answer[2:]))) == wanted, f"{answer}: {right}")
    passed += 1

program.stdin.close()
program.wait()
print(f"{passed - failures} passed, {failures} failed")
sys.exit(1 if failures or program.returncode else 0)
