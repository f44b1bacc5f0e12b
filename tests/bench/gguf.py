"""Reads the head of a GGUF file: which tensors there are, of which type, and how many bytes."""

import struct

# Type number: name, weights a block, bytes a block.
TYPES = {
    0: ("f32", 1, 4), 1: ("f16", 1, 2), 2: ("q4_0", 32, 18), 3: ("q4_1", 32, 20), 6: ("q5_0", 32, 22),
    7: ("q5_1", 32, 24), 8: ("q8_0", 32, 34), 10: ("q2_k", 256, 84), 11: ("q3_k", 256, 110), 12: ("q4_k", 256, 144),
    13: ("q5_k", 256, 176), 14: ("q6_k", 256, 210), 15: ("q8_k", 256, 292), 30: ("bf16", 1, 2),
}
# Value type: its bytes. 8 is a string, 9 a list.
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def tensors(path):
    """Returns the tensors of a file: name to (type, bytes)."""
    with open(path, "rb") as file:
        def number(form):
            return struct.unpack("<" + form, file.read(struct.calcsize("<" + form)))[0]

        def text():
            return file.read(number("Q"))

        def skip(kind):
            if kind == 8:
                text()
            elif kind == 9:
                inner, count = number("I"), number("Q")
                if inner in SIZES:
                    file.seek(SIZES[inner] * count, 1)
                else:
                    for _ in range(count):
                        skip(inner)
            else:
                file.seek(SIZES[kind], 1)

        if file.read(4) != b"GGUF" or number("I") < 2:
            raise ValueError("%s: no GGUF file of version 2 or 3" % path)
        count, pairs = number("Q"), number("Q")
        for _ in range(pairs):
            text()
            skip(number("I"))
        found = {}
        for _ in range(count):
            name, weights = text().decode(), 1
            for _ in range(number("I")):
                weights *= number("Q")
            kind = number("I")
            number("Q")
            label, block, size = TYPES.get(kind, ("type %d" % kind, 1, 0))
            found[name] = (label, weights // block * size)
        return found


def bytes_a_token(path):
    """Returns the bytes of weights that decoding one token reads: all but a table that is only looked up."""
    found = tensors(path)
    total = sum(size for _, size in found.values())
    return total - (found["token_embd.weight"][1] if "output.weight" in found else 0)


def head(path):
    """Returns name and type of the tensor that is the output matrix."""
    found = tensors(path)
    name = "output.weight" if "output.weight" in found else "token_embd.weight"
    return name, found[name][0]
