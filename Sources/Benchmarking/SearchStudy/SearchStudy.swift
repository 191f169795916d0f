import Attention
import Faults
import Foundation
import Hardware
import Kernels
import Statistics

/// How long an exact search takes on this machine, over parts of one index: what `attnbench plan --rag` takes as `--search-time`.
///
/// The parts double up to the whole index, and are searched in turn, round by round, so that a slow second of the machine meets
/// all of them. Small parts are searched several times in a row, and a cache may hold them.
public struct SearchStudy: Sendable, Codable, Hashable {
    /// What is measured.
    public struct Plan: Sendable {
        public var vectors: Int
        public var dimensions: Int
        /// Vectors that a search has to find.
        public var passages: Int
        public var rounds: Int

        public init(vectors: Int, dimensions: Int, passages: Int, rounds: Int) {
            (self.vectors, self.dimensions, self.passages, self.rounds) = (vectors, dimensions, passages, rounds)
        }

        public var indexBytes: Double { Double(vectors) * Double(dimensions) * Double(MemoryLayout<Float>.size) }

        /// Ascending; the last one is the whole index.
        public var parts: [Int] {
            var parts = [vectors]
            while parts.count < SearchStudy.mostParts, parts[0] >= 2 { parts.insert(parts[0] / 2, at: 0) }
            return parts
        }
    }

    /// A search of the first so many vectors.
    public struct Cost: Sendable, Codable, Hashable {
        public let vectors: Int
        /// Median of the rounds, with its interval.
        public let seconds: Estimate

        /// That a search reads.
        public func bytesPerSecond(dimensions: Int) -> Double {
            Double(vectors * dimensions * MemoryLayout<Float>.size) / seconds.value
        }
    }

    public let dimensions: Int
    public let passages: Int
    public let threads: Int
    /// Ascending in the number of vectors.
    public let costs: [Cost]
    /// Why what was found is wrong; nil where it is right.
    public let wrong: String?

    static let mostParts = 6
    /// Shorter samples measure the clock.
    static let leastSampleSeconds = 1e-3
    /// Vectors whose products are computed in Double to see that none is better than those that were found.
    private static let checkedVectors = 4096

    /// - Parameter announce: told what is measured next.
    public static func measure(
        _ plan: Plan, on team: WorkerTeam, seed: UInt64 = 1, announce: (String) -> Void = { _ in }
    ) throws -> SearchStudy {
        if let free = AvailableMemory.bytes(), plan.indexBytes > 0.9 * Double(free) {
            throw IndexTooLarge(plan: plan, freeBytes: free)
        }
        var index = Tensor(dimensions: [plan.vectors, plan.dimensions])
        index.fillWithNormals(seed: seed)
        // Near to a vector of the first part, so that all parts have one that is best.
        let parts = plan.parts
        let near = parts[0] / 2
        let question = (0..<plan.dimensions).map { index[near * plan.dimensions + $0] * 0.9 }
        let search = ExactSearch(index, on: team)
        let found = search.best(plan.passages, for: question, among: plan.vectors)
        let wrong = fault(of: found, for: question, in: search)
        var seconds = Array(repeating: [Double](), count: parts.count)
        let calls = parts.map { vectors in
            let watch = Stopwatch()
            _ = search.best(plan.passages, for: question, among: vectors)
            return max(1, Int(saturating: (leastSampleSeconds / max(watch.seconds, 1e-9)).rounded(.up)))
        }
        for round in 1...plan.rounds {
            announce("round \(round) of \(plan.rounds)")
            for (place, vectors) in parts.enumerated() {
                let watch = Stopwatch()
                for _ in 0..<calls[place] { _ = search.best(plan.passages, for: question, among: vectors) }
                seconds[place].append(watch.seconds / Double(calls[place]))
            }
        }
        let costs = try zip(parts, seconds).map { vectors, seconds in
            Cost(vectors: vectors, seconds: try Durations(seconds).medianEstimate())
        }
        return SearchStudy(
            dimensions: plan.dimensions, passages: plan.passages, threads: team.threadCount, costs: costs, wrong: wrong)
    }

    /// Some vectors in Double: none that was not found may be better than the worst that was, beyond what float32 rounds.
    private static func fault(of found: [Int], for question: [Float], in search: ExactSearch) -> String? {
        let step = max(1, search.vectorCount / checkedVectors)
        let products = found.map { search.exactProduct(of: $0, with: question) }
        guard let worst = products.min(), let best = products.max() else { return "no vector was found" }
        let length = question.reduce(0) { $0 + Double($1) * Double($1) }
        let tolerance = 4 * Double(Float.ulpOfOne) * length * Double(search.dimensions).squareRoot()
        let missed = stride(from: 0, to: search.vectorCount, by: step).first { vector in
            !found.contains(vector) && search.exactProduct(of: vector, with: question) > worst + tolerance
        }
        if let missed { return "vector \(missed) is nearer to the question than one that was found" }
        return products[0] < best - tolerance ? "the first vector that was found is not the best of them" : nil
    }
}

/// An index that memory does not hold.
public struct IndexTooLarge: Fault {
    let plan: SearchStudy.Plan
    let freeBytes: Int

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        String(
            format:
                "an index of %d vectors of %d dimensions takes %.1f GB, and %.1f GB of memory are free; give fewer --vectors, "
                + "and take the time of more from the law", plan.vectors, plan.dimensions, plan.indexBytes / 1e9,
            Double(freeBytes) / 1e9)
    }
}
