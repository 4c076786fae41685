"""Prints the names of files in which some reader finds the value that belongs there.

usage: readers.py DIRECTORY VALUES (a name and a value a line). The readers are those of Python's
library, and one that goes from one entry of a zip to the next by their own headers, as
java.util.zip.ZipInputStream does.
"""

import bz2
import gzip
import io
import lzma
import struct
import sys
import tarfile
import warnings
import zipfile
import zlib

warnings.simplefilter("ignore")


def by_list(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    yield archive.comment
    for entry in archive.infolist():
        yield entry.filename.encode()
        yield entry.comment
        yield entry.extra
        with archive.open(entry) as content:
            while piece := content.read(64):
                yield piece


def by_entries(data):
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        flags, method = struct.unpack_from("<HH", data, at + 6)
        size, _, name, extra = struct.unpack_from("<IIHH", data, at + 18)
        start = at + 30 + name + extra
        yield data[at + 30 : start]
        if method == 0:
            yield data[start : start + size]
            at = start + size
            continue
        if method != 8:
            return
        decoder = zlib.decompressobj(-15)
        yield decoder.decompress(data[start:])
        if not decoder.eof:
            return
        at = len(data) - len(decoder.unused_data)
        if flags & 8:
            at += 16 if data[at : at + 4] == b"PK\x07\x08" else 12


def tar(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            yield member.name.encode()
            yield member.linkname.encode()
            yield repr((member.uname, member.gname, member.pax_headers)).encode()
            if member.isreg():
                yield archive.extractfile(member).read()


def compressed(module):
    def read(data):
        with module.open(io.BytesIO(data)) as content:
            while piece := content.read(1 << 16):
                yield piece

    return read


READERS = [by_list, by_entries, tar, compressed(gzip), compressed(bz2), compressed(lzma)]


def holds(data, value, depth=0):
    if value in data:
        return True
    if depth > 3:
        return False
    for reader in READERS:
        pieces = []
        try:
            for piece in reader(data):
                pieces.append(piece)
        except Exception:
            pass
        pieces = [piece for piece in pieces if piece]
        whole = b"".join(pieces)
        if pieces and whole != data and (value in whole or any(holds(p, value, depth + 1) for p in pieces[:20])):
            return True
    return False


def main():
    directory, values = sys.argv[1:]
    with open(values, encoding="ascii") as lines:
        for line in lines:
            name, value = line.split()
            with open(f"{directory}/{name}", "rb") as file:
                data = file.read()
            if holds(data, value.encode()):
                print(name)


main()
