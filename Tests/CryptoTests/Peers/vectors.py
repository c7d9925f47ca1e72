"""Prints random cases of what the Crypto library does, computed by the `cryptography` package.

Each line is a kind and fields in hexadecimal, `-` for an empty one: inputs first, the result last.
Argument: a seed.
"""
import random
import sys

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

chance = random.Random(int(sys.argv[1]))


def some(low, high):
    return chance.randbytes(chance.randint(low, high))


def show(kind, *fields):
    print(kind, *(field.hex() or "-" for field in fields))


for _ in range(200):
    message = some(0, 300)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(message)
    show("sha256", message, digest.finalize())

    key = some(1, 100)
    code = hmac.HMAC(key, hashes.SHA256())
    code.update(message)
    show("hmac", key, message, code.finalize())

    salt, purpose, count = some(0, 40), some(0, 40), chance.randint(1, 200)
    show("hkdf", key, salt, purpose, HKDF(hashes.SHA256(), count, salt, purpose).derive(key))

    key, nonce, context = chance.randbytes(32), chance.randbytes(12), some(0, 40)
    show("gcm", key, nonce, message, context, AESGCM(key).encrypt(nonce, message, context))

for _ in range(20):
    password, salt, lanes = some(1, 60), some(8, 32), chance.randint(1, 4)
    memory, passes, count = chance.randint(8 * lanes, 600), chance.randint(1, 3), chance.randint(16, 64)

    def argon2():
        return Argon2id(salt=salt, length=count, iterations=passes, lanes=lanes, memory_cost=memory)

    show("argon2id", password, argon2().derive_phc_encoded(password).encode())
