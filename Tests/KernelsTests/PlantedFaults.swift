import Attention
import Foundation

@testable import Kernels

/// A way for a kernel to be subtly wrong. Each is a thing that a kernel's author gets wrong, or a compiler; none crashes.
enum PlantedFault: String, CaseIterable, Sendable {
    // Which keys
    case seesOneKeyTooMany, missesItsFirstKey, ignoresItsLastKey, missesTheSinks, countsSinksTwice
    case countsRowsFromTheFirstKey, windowGrowsWithTheText, skipsTheTailOfKeys
    // Softmax
    case keepsTheMaximumOfTheFirstTile, subtractsNoMaximum, leavesTheLastWeightOutOfTheSum, swallowsNaN
    case hasUnseenInfinities, usesTheUsualScale, scalesTwice, clampsScores
    // Numbers
    case holdsScoresInFloat16, roundsWeightsToBFloat16, sumsBeforeItDivides, takesDenormalsForZero
    // Which rows, heads and elements
    case swapsTwoHeads, takesTheWrongGroup, readsTheFirstBatchOnly, computesTheFirstRowOnly, leavesTheTailOfRows
    case oneLaneIsWrong, takesTheNextValue, transposesItsOutput, dropsTheLastElementOfOddRows
    // Threads and calls
    case losesARowBetweenThreads, idlesFromTheSecondCall, idlesFromTheThirdCall, remembersItsFirstAnswer
    case addsToWhatIsThere, degradesWithCalls, miscountsPairs, countsInTheFirstCallOnly

    var kernel: Kernel { FaultyAttention.kernel(self) }

    /// A mask on which it shows.
    fileprivate var masks: MaskFamily {
        switch self {
        case .missesTheSinks, .countsSinksTwice: .attentionSink
        case .seesOneKeyTooMany, .missesItsFirstKey, .countsRowsFromTheFirstKey, .windowGrowsWithTheText: .slidingWindow
        default: .causal
        }
    }
}

/// The formula in Double, row by row, with one fault or none.
final class FaultyAttention: KernelInstance {
    private let problem: AttentionProblem
    private let threads: Int
    private let fault: PlantedFault?
    private var calls = 0
    private var firstAnswer: [Float] = []
    private(set) var countedPairs = 0

    static func kernel(_ fault: PlantedFault?) -> Kernel {
        Kernel(
            fault?.rawValue ?? "faultless", summary: "planted", masks: fault?.masks ?? .causal,
            computedPairs: ReferenceAttention.computedPairs,
            make: { problem, team in FaultyAttention(problem, threads: team.threadCount, fault) })
    }

    private init(_ problem: AttentionProblem, threads: Int, _ fault: PlantedFault?) {
        (self.problem, self.threads, self.fault) = (problem, threads, fault)
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        calls += 1
        count()
        if fault == .idlesFromTheSecondCall && calls >= 2 || fault == .idlesFromTheThirdCall && calls >= 3 { return }
        if fault == .remembersItsFirstAnswer, calls > 1 {
            for index in 0..<output.count { output[index] = firstAnswer[index] }
            return
        }
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        for head in 0..<shape.batch * shape.queryHeads {
            for row in 0..<shape.queryLength where !skips(row) {
                let answer = answer(row, head, inputs)
                for x in 0..<d {
                    let index = place(head, row, x)
                    let old = fault == .addsToWhatIsThere && calls > 1 ? output[index] : 0
                    output[index] = old + Float(answer[x])
                }
            }
        }
        if firstAnswer.isEmpty { firstAnswer = (0..<output.count).map { output[$0] } }
    }

    private func count() {
        if fault == .countsInTheFirstCallOnly, calls > 1 {
            countedPairs = 0
            return
        }
        countedPairs = ReferenceAttention.computedPairs(for: problem) - (fault == .miscountsPairs ? 1 : 0)
    }

    /// Rows that are not written.
    private func skips(_ row: Int) -> Bool {
        let rows = problem.shape.queryLength
        return switch fault {
        case .computesTheFirstRowOnly: row > 0
        case .leavesTheTailOfRows: rows > 16 && row >= rows / 16 * 16
        case .losesARowBetweenThreads: threads > 1 && rows > 1 && row == rows / threads
        default: false
        }
    }

    private func place(_ head: Int, _ row: Int, _ x: Int) -> Int {
        let shape = problem.shape
        let (heads, rows, d) = (shape.batch * shape.queryHeads, shape.queryLength, shape.headDimension)
        switch fault {
        case .transposesItsOutput: return (row * heads + head) * d + x
        case .swapsTwoHeads where heads > 1 && head < 2: return ((1 - head) * rows + row) * d + x
        default: return (head * rows + row) * d + x
        }
    }

    private func keyHead(_ head: Int) -> Int {
        let shape = problem.shape
        let (batch, queryHead) = head.quotientAndRemainder(dividingBy: shape.queryHeads)
        switch fault {
        case .takesTheWrongGroup: return batch * shape.keyValueHeads + queryHead % shape.keyValueHeads
        case .readsTheFirstBatchOnly: return queryHead / shape.groupSize
        default: return head / shape.groupSize
        }
    }

    private func keys(_ row: Int) -> [Int] {
        let (rows, length) = (problem.shape.queryLength, problem.shape.keyLength)
        let visible = problem.pairs.visibleKeys(row: row)
        let (sinks, band) = (Array(0..<visible.sinks), visible.band)
        switch fault {
        case .seesOneKeyTooMany: return sinks + Array(max(0, band.lowerBound - 1)..<band.upperBound)
        case .missesItsFirstKey: return Array(band.count > 1 ? band.dropFirst() : band)
        case .ignoresItsLastKey: return sinks + Array(band.count > 1 ? band.dropLast() : band)
        case .missesTheSinks: return Array(band)
        case .countsSinksTwice: return sinks + sinks + Array(band)
        case .countsRowsFromTheFirstKey where rows < length:
            return Array(max(0, row + 1 - band.count)..<row + 1)
        case .windowGrowsWithTheText: return Array(max(0, band.lowerBound - row / 32)..<band.upperBound)
        case .skipsTheTailOfKeys: return Array(band.count > 8 ? band.prefix(band.count / 8 * 8) : band)
        default: return sinks + Array(band)
        }
    }

    private func answer(_ row: Int, _ head: Int, _ inputs: borrowing AttentionInputs) -> [Double] {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let asked = fault == .oneLaneIsWrong && row % 16 == 11 ? row - 1 : row
        let queryStart = (head * shape.queryLength + asked) * d
        let firstKey = keyHead(head) * shape.keyLength
        let keys = keys(row)
        let dots = keys.map { key in
            let length = fault == .dropsTheLastElementOfOddRows && d > 1 ? d / 2 * 2 : d
            return (0..<length).reduce(0.0) {
                $0 + Double(inputs.query[queryStart + $1]) * Double(inputs.key[(firstKey + key) * d + $1])
            }
        }
        let weights = weights(dots.map(score))
        let sum = weights.dropLast(fault == .leavesTheLastWeightOutOfTheSum && weights.count > 1 ? 1 : 0).reduce(0, +)
        var answer = [Double](repeating: 0, count: d)
        for (weight, key) in zip(weights, keys) {
            let valueKey = fault == .takesTheNextValue ? min(key + 1, shape.keyLength - 1) : key
            for x in 0..<d {
                let value = Double(inputs.value[(firstKey + valueKey) * d + x])
                switch fault {
                case .sumsBeforeItDivides: answer[x] = Double(Float(answer[x]) + Float(weight) * Float(value))
                case .takesDenormalsForZero where abs(value) < Double(Float.leastNormalMagnitude): continue
                default: answer[x] += weight * value
                }
            }
        }
        if fault == .hasUnseenInfinities {
            // A weight of 0 times what the row does not see.
            for key in 0..<shape.keyLength {
                for x in 0..<d { answer[x] += 0 * Double(inputs.value[(firstKey + key) * d + x]) }
            }
        }
        return answer.map { $0 / sum }
    }

    private func score(_ dot: Double) -> Double {
        switch fault {
        case .usesTheUsualScale: dot / Double(problem.shape.headDimension).squareRoot()
        case .scalesTwice: dot * Double(problem.scale) * Double(problem.scale)
        case .clampsScores: min(max(dot * Double(problem.scale), -60), 60)
        case .holdsScoresInFloat16: Double(Float16(dot * Double(problem.scale)))
        case .swallowsNaN where dot.isNaN: -.infinity
        case .degradesWithCalls: dot * Double(problem.scale) * (1 + 1e-3 * Double(calls - 1))
        default: dot * Double(problem.scale)
        }
    }

    private func weights(_ scores: [Double]) -> [Double] {
        let largest: Double
        switch fault {
        case .subtractsNoMaximum: largest = 0
        case .keepsTheMaximumOfTheFirstTile: largest = scores.prefix(16).max()!
        default: largest = scores.contains(where: \.isNaN) ? .nan : scores.max()!
        }
        return scores.map { score in
            let weight = exp(score - largest)
            switch fault {
            // In Double neither would be seen: it overflows at e^709.
            case .subtractsNoMaximum, .keepsTheMaximumOfTheFirstTile: return Double(Float(weight))
            case .roundsWeightsToBFloat16: return Double(Float(BFloat16(Float(weight))))
            default: return weight
            }
        }
    }
}
