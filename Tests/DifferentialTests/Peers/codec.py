"""Answers questions about messages with google.protobuf, for the tests of our own codec.

    codec.py DESCRIPTOR_SET

Standard input has requests and standard output gets as many answers, in order; it ends with its
input. A request is an operation of one byte, the full name of a message type and a payload; an
answer is one byte, 1 if google.protobuf accepts the payload and 0 if it refuses it, and a payload,
which is the reason if it refuses. Names and payloads have their length in front, as 32 bits,
little-endian.

    b  binary to binary: the canonical form, fields and map keys in order, inside an Any too
    j  binary to JSON, escaped to ASCII
    p  binary to JSON with the names of the .proto file, in UTF-8
    t  JSON to binary in canonical form
    r  a random message's binary form, from a seed in ASCII
"""

import random
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

REFUSALS = (DecodeError, json_format.Error, ValueError, TypeError, RecursionError)


def read_pool(path):
    """The types that a file of a FileDescriptorSet declares."""
    with open(path, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    return pool


class RandomMessage:
    """Fills messages with random values through google.protobuf's own interface."""

    INTEGER_BITS = {
        FieldDescriptor.CPPTYPE_INT32: (True, 32),
        FieldDescriptor.CPPTYPE_INT64: (True, 64),
        FieldDescriptor.CPPTYPE_UINT32: (False, 32),
        FieldDescriptor.CPPTYPE_UINT64: (False, 64),
        FieldDescriptor.CPPTYPE_ENUM: (True, 32),
    }
    CHARACTERS = "ab\0\"\\/é語🦊\u2028\uffff"
    FLOATS = [0.0, -0.0, 1.5, -1e30, float("inf"), float("-inf"), float("nan"), 1e-45, 0.1]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.remaining = 60

    def fill(self, message, depth=1):
        fields = message.DESCRIPTOR.fields
        if not fields:
            return
        for field in self.random.choices(fields, k=self.random.randint(0, 30 // depth)):
            self.remaining -= 1
            if self.remaining < 0 or (field.message_type and depth > 6):
                return
            self.fill_field(message, field, depth)

    def fill_field(self, message, field, depth):
        if field.message_type and field.message_type.GetOptions().map_entry:
            self.fill_map(getattr(message, field.name), field.message_type, depth)
        elif field.is_repeated:
            elements = getattr(message, field.name)
            for _ in range(self.random.randint(1, 4)):
                if field.message_type:
                    self.fill(elements.add(), depth + 1)
                else:
                    elements.append(self.scalar(field))
        elif field.message_type:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self.fill(inner, depth + 1)
        else:
            setattr(message, field.name, self.scalar(field))

    def fill_map(self, entries, entry_type, depth):
        value = entry_type.fields_by_name["value"]
        for _ in range(self.random.randint(1, 4)):
            key = self.scalar(entry_type.fields_by_name["key"])
            if value.message_type:
                self.fill(entries[key], depth + 1)
            else:
                entries[key] = self.scalar(value)

    def scalar(self, field):
        if field.cpp_type in self.INTEGER_BITS:
            return self.integer(*self.INTEGER_BITS[field.cpp_type])
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return self.random.random() < 0.5
        if field.type == FieldDescriptor.TYPE_BYTES:
            return self.random.randbytes(self.random.randint(0, 12))
        if field.type == FieldDescriptor.TYPE_STRING:
            return "".join(self.random.choices(self.CHARACTERS, k=self.random.randint(0, 12)))
        if self.random.random() < 0.5:
            return self.random.choice(self.FLOATS)
        return self.random.uniform(-1e6, 1e6)

    def integer(self, is_signed, bits):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
        edges = [low, high, 0, 1, max(low, -1), 127, 128]
        if self.random.random() < 0.5:
            return self.random.choice(edges)
        return self.random.randint(low, high) >> self.random.randint(0, bits - 1)


def settle(message, pool):
    """Puts the contents of each Any of a known type into canonical form."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Any":
        try:
            inner_type = pool.FindMessageTypeByName(message.TypeName())
            inner = message_factory.GetMessageClass(inner_type).FromString(message.value)
        except (KeyError, DecodeError):
            return
        settle(inner, pool)
        message.value = inner.SerializeToString(deterministic=True)
        return
    for field, value in message.ListFields():
        if not field.message_type:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type:
                for inner in value.values():
                    settle(inner, pool)
        elif field.is_repeated:
            for inner in value:
                settle(inner, pool)
        else:
            settle(value, pool)


def answer(operation, message, payload, pool):
    """What an operation makes of a payload; `message` is an empty one of the type."""
    if operation == b"t":
        json_format.Parse(payload.decode(), message, descriptor_pool=pool)
    elif operation == b"r":
        RandomMessage(int(payload)).fill(message)
    else:
        message.ParseFromString(payload)
    if operation in b"jp":
        is_plain = operation == b"p"
        return json_format.MessageToJson(
            message,
            preserving_proto_field_name=is_plain,
            ensure_ascii=not is_plain,
            indent=None if is_plain else 2,
            descriptor_pool=pool,
        ).encode()
    settle(message, pool)
    return message.SerializeToString(deterministic=True)


def read_part(file):
    """A length and as many bytes."""
    (length,) = struct.unpack("<I", file.read(4))
    return file.read(length)


def main():
    pool = read_pool(sys.argv[1])
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while operation := requests.read(1):
        name, payload = read_part(requests).decode(), read_part(requests)
        message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()
        try:
            verdict, result = 1, answer(operation, message, payload, pool)
        except REFUSALS as refusal:
            reason = f"{type(refusal).__name__}: {refusal}"
            verdict, result = 0, reason.encode(errors="backslashreplace")
        answers.write(struct.pack("<BI", verdict, len(result)) + result)
        answers.flush()


main()
