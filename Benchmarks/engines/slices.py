"""Windows for libraries that have none: blocks of queries, each with the slice of keys that it sees."""

import numpy


class Slice:
    """Queries of one block, the keys near them, and the sinks before those keys that no query is near to."""

    def __init__(self, problem, start, stop):
        offset = problem.key_length - problem.query_length
        first = max(0, start + offset - problem.mask.left)
        self.sinks = min(problem.mask.sinks, first)
        self.queries = slice(start, stop)
        self.keys = slice(first, stop + offset)
        self._i = numpy.arange(start, stop)[:, None] + offset
        self._j = numpy.concatenate((numpy.arange(self.sinks), numpy.arange(first, stop + offset)))[None, :]

    def bias(self, mask):
        """What is added to scores: 0 for a key that the query sees, and minus infinity for others."""
        sees = (self._j <= self._i) & ((self._j >= self._i - mask.left) | (self._j < mask.sinks))
        return numpy.where(sees, numpy.float32(0), -numpy.float32(numpy.inf))


def slices(problem):
    """Blocks as long as half a window compute 1.5 times the pairs; shorter ones cost more calls."""
    size = min(max(128, (problem.mask.left + 1) // 2), 1024)
    return [
        Slice(problem, start, min(start + size, problem.query_length)) for start in range(0, problem.query_length, size)
    ]
