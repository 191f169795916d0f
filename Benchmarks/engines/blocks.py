"""Which blocks of keys a block of queries sees, for FlexAttention: lists, so that no table of all pairs is needed."""

import numpy

BLOCK = 128


def band_blocks(problem):
    """Counts and places of blocks in which some pairs are seen, then of those in which all are.

    Row r is queries r · BLOCK and following. Its blocks of keys are those of the sinks, and those from the first key of
    its first query's window to its last query.
    """
    offset, left, sinks = problem.key_length - problem.query_length, problem.mask.left, problem.mask.sinks
    rows = -(-problem.query_length // BLOCK)
    partial, full = [], []
    for row in range(rows):
        first = row * BLOCK + offset
        last = min((row + 1) * BLOCK, problem.query_length) - 1 + offset
        near = 0 if left is None else max(0, first - left) // BLOCK
        columns = list(range(min(-(-sinks // BLOCK), near))) + list(range(near, last // BLOCK + 1))
        # All keys of a block are seen by all queries of a row: none is later, and none is before a window.
        whole = [
            column for column in columns
            if (column + 1) * BLOCK - 1 <= first and (left is None or column * BLOCK >= last - left)]
        full.append(whole)
        partial.append(sorted(set(columns) - set(whole)))
    return *_lists(partial), *_lists(full)


def _lists(rows):
    width = max(1, max(len(row) for row in rows))
    places = numpy.zeros((len(rows), width), numpy.int32)
    for index, row in enumerate(rows):
        places[index, : len(row)] = row
    return numpy.array([len(row) for row in rows], numpy.int32), places
