import Attention
import Foundation
import Hardware
import Kernels
import Records

/// The side of a comparison that measures: it does what it is asked, one request at a time, and waits for the next on
/// its pipe, where it costs the other side nothing.
public final class Worker {
    private let instruments: Instruments
    private let greeting: WorkerProtocol.Greeting
    private var inputs: InputPool
    private var cells: [PreparedCell?] = []

    public init(_ instruments: Instruments, build: ResultsHeader.Build, machine: Machine, seed: UInt64) {
        self.instruments = instruments
        greeting = WorkerProtocol.Greeting(build: build, machine: machine)
        inputs = InputPool(seed: seed)
    }

    /// Serves until there is no next request.
    /// - Parameters:
    ///   - nextLine: blocks; nil at the end.
    ///   - send: takes one line with its line feed.
    public func serve(nextLine: () -> String?, send: (Data) throws -> Void) throws {
        try send(JSONLines.line(greeting))
        while let line = nextLine() {
            let request: WorkerProtocol.Request
            do {
                request = try JSONDecoder().decode(WorkerProtocol.Request.self, from: Data(line.utf8))
            } catch {
                throw WorkerError.unknownRequest(line)
            }
            try send(JSONLines.line(reply(to: request)))
        }
    }

    private func reply(to request: WorkerProtocol.Request) throws(WorkerError) -> WorkerProtocol.Reply {
        switch request {
        case .prepare(let workload, let isChecked):
            do throws(UnsupportedProblem) {
                return .prepared(try prepare(workload.workload, isChecked: isChecked))
            } catch {
                cells.append(nil)
                return .refused(reason: error.reason)
            }
        case .sample(let index, let iterations, let extraTurns):
            guard cells.indices.contains(index), let cell = cells[index] else {
                throw .unknownRequest("cell \(index)")
            }
            if extraTurns == 0 { return sampled(iterations) { cell.call() } }
            return sampled(iterations) {
                cell.call()
                FrozenLoop.run(turns: extraTurns)
            }
        case .sampleFrozenLoop(let turns): return sampled(1) { FrozenLoop.run(turns: turns) }
        }
    }

    private func sampled(_ iterations: Int, _ call: () -> Void) -> WorkerProtocol.Reply {
        call()
        let sample = instruments.sampler.sample(iterations: iterations, call)
        return .sampled(PairedSample(nanoseconds: sample.nanoseconds, contamination: sample.contamination))
    }

    private func prepare(_ workload: Workload, isChecked: Bool) throws(UnsupportedProblem) -> PreparedFacts {
        let kernel = try instruments.kernel(named: workload.kernel)
        let memory = instruments.memory
        let restingBytes = memory.residentBytes()
        memory.resetPeak()
        // Inputs of its own, as if no other cell had the same: its memory is then its own too.
        let cell = try PreparedCell(workload, instruments) {
            SharedInputs(for: workload.problem, seed: inputs.seed)
        }
        let first = instruments.sampler.sample(iterations: 1) { cell.call() }
        let peakBytes = max(0, memory.peakResidentBytes() - restingBytes)
        var wrongness: String?
        if isChecked, case .wrong(_, let reason) = cell.check(instruments) { wrongness = reason }
        cell.share(through: &inputs)
        // A first call is slow, and a long one needs no second to show that it fills a sample.
        let isLong = first.nanoseconds >= 4 * instruments.sampler.minimumNanoseconds
        let iterations = isLong ? 1 : instruments.sampler.calibratedIterations { cell.call() }
        let shortest = (0..<2).map { _ in
            instruments.sampler.sample(iterations: iterations) { cell.call() }.nanoseconds
        }.min()!
        cells.append(cell)
        return PreparedFacts(
            countedPairs: cell.computedPairs, statedPairs: kernel.predictedPairs(for: workload.problem),
            peakResidentBytes: peakBytes,
            statedBytes: workload.problem.tensorBytes
                + (kernel.scratchBytes(for: workload.problem, threads: workload.threads) ?? 0),
            iterationsPerSample: iterations, callNanoseconds: Double(shortest) / Double(iterations),
            wrongness: wrongness)
    }
}
