import Attention

/// A workload as lines of version 1 have it, and as workers of that time are told it: `scale`, `cacheFormat` and
/// `positions` only where they are not the default, one head dimension, and no phase.
package struct Version1Workload: Codable {
    package let workload: Workload

    package init(_ workload: Workload) { self.workload = workload }

    private enum Key: String, CodingKey { case kernel, problem, threads }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let threads = try container.decodeThreads(forKey: .threads)
        let kernel = try container.decode(String.self, forKey: .kernel)
        let problem = try container.decode(Problem.self, forKey: .problem).problem
        workload = Workload(
            kernel: kernel, phase: Version1Kernel.phase(of: kernel, problem), problem: problem, threads: threads)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(workload.kernel, forKey: .kernel)
        try container.encode(Problem(problem: workload.problem), forKey: .problem)
        try container.encode(workload.threads, forKey: .threads)
    }

    private struct Problem: Codable {
        let problem: AttentionProblem

        private enum Key: String, CodingKey {
            case batch, queryHeads, keyValueHeads, queryLength, keyLength, headDimension, mask, elementType, scale
            case cacheFormat, positions
        }

        init(problem: AttentionProblem) { self.problem = problem }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            func integer(_ key: Key) throws -> Int { try container.decode(Int.self, forKey: key) }
            do {
                let shape = try AttentionShape(
                    batch: integer(.batch), queryHeads: integer(.queryHeads), keyValueHeads: integer(.keyValueHeads),
                    queryLength: integer(.queryLength), keyLength: integer(.keyLength),
                    headDimension: integer(.headDimension))
                problem = try AttentionProblem(
                    shape: shape, mask: container.decode(Version1Mask.self, forKey: .mask).mask,
                    elementType: container.decode(ElementType.self, forKey: .elementType),
                    scale: container.decodeIfPresent(Float.self, forKey: .scale),
                    cacheFormat: container.decodeIfPresent(CacheFormats.self, forKey: .cacheFormat),
                    positions: container.decodeIfPresent(PositionEncoding.self, forKey: .positions) ?? .none)
            } catch let error where error is ShapeError || error is ProblemError {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            let shape = problem.shape
            try container.encode(shape.batch, forKey: .batch)
            try container.encode(shape.queryHeads, forKey: .queryHeads)
            try container.encode(shape.keyValueHeads, forKey: .keyValueHeads)
            try container.encode(shape.queryLength, forKey: .queryLength)
            try container.encode(shape.keyLength, forKey: .keyLength)
            try container.encode(shape.headDimension, forKey: .headDimension)
            try container.encode(Version1Mask(mask: problem.mask), forKey: .mask)
            try container.encode(problem.elementType, forKey: .elementType)
            if problem.scale != 1 / Float(shape.headDimension).squareRoot() {
                try container.encode(problem.scale, forKey: .scale)
            }
            if problem.cacheFormat != CacheFormats(of: problem.elementType) {
                try container.encode(problem.cacheFormat, forKey: .cacheFormat)
            }
            if problem.positions != .none { try container.encode(problem.positions, forKey: .positions) }
        }
    }
}
