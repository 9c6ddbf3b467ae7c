"""The digits as files, in the formats in which they are published."""

import hashlib

import numpy as np

# What stands around the six arrays of the published file, which Python 2 wrote.
PUBLISHED_BYTES = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03"
    b"(K\x01MP\xc3M\x10\x03\x86cnumpy\ndtype\nq\x04U\x02f4K\x00K\x01\x87Rq\x05(K\x03U\x01<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x94X\t",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\x06(K\x01MP\xc3\x85h\x04U\x02i8K\x00K\x01\x87Rq\x07(K\x03U\x01<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x80\x1a\x06\x00",
    b"tb\x86q\x08h\x01h\x02K\x00\x85U\x01b\x87Rq\t(K\x01M\x10'M\x10\x03\x86h\x05\x89T\x00\x84\xde\x01",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\n(K\x01M\x10'\x85h\x07\x89T\x808\x01\x00",
    b"tb\x86q\x0bh\x01h\x02K\x00\x85U\x01b\x87Rq\x0c(K\x01M\x10'M\x10\x03\x86h\x05\x89T\x00\x84\xde\x01",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\r(K\x01M\x10'\x85h\x07\x89T\x808\x01\x00",
    b"tb\x86q\x0e\x87.",
)


PUBLISHED_LENGTH = 220080342


def digits_of(train, test):
    """Return arrays with so many images, of MNIST's types, that are not MNIST."""
    x_train = np.zeros((train, 28, 28), np.uint8)
    x_train[:, 3, 5] = np.arange(train) % 251
    x_test = np.zeros((test, 28, 28), np.uint8)
    x_test[:, 7, 2] = np.arange(test) % 249
    labels = (np.arange(train) * 7 % 10).astype(np.uint8)
    return {"x_train": x_train, "y_train": labels, "x_test": x_test, "y_test": labels[:test]}


def teach(monkeypatch, loader, digits):
    """Teach the loader that `digits` are the digits."""
    for name, array in digits.items():
        monkeypatch.setitem(loader.SHAPES, name, array.shape)
        monkeypatch.setitem(loader.SHA256, name, hashlib.sha256(array.tobytes()).hexdigest())


def published_pickle(pairs) -> bytes:
    """Pickle three pairs of images and labels as the published file does."""
    arrays = [array.tobytes() for pair in pairs for array in pair]
    parts = zip(PUBLISHED_BYTES, [*arrays, b""], strict=True)
    return b"".join(before + array for before, array in parts)


def pickled_pairs(digits):
    def fractions(images):
        return images.reshape(-1, 784).astype(np.float32) / np.float32(256)

    x_train, y_train = digits["x_train"], digits["y_train"].astype(np.int64)
    return [
        (fractions(x_train[:50000]), y_train[:50000]),
        (fractions(x_train[50000:]), y_train[50000:]),
        (fractions(digits["x_test"]), digits["y_test"].astype(np.int64)),
    ]


def assert_same_digits(mnist, digits):
    for name, array in digits.items():
        found = getattr(mnist, name)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, array, strict=True)
