import Attention
import Engines
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
    private var cells: [ReadyCell?] = []

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
        do throws(EngineError) {
            switch request {
            case .prepare(let workload, let isChecked):
                cells.append(nil)
                return .prepared(try prepare(workload.workload, isChecked: isChecked))
            case .sample(let index, let calls, let extraTurns):
                if cells.indices.contains(index), let cell = cells[index] {
                    let batch = Batch(calls: calls, warmUpCalls: 1, extraTurns: extraTurns)
                    return .sampled(try cell.kernel.sample(batch))
                }
            case .sampleFrozenLoop(let turns):
                // The first finds its code cold.
                _ = try instruments.engines[0].sampleFrozenLoop(turns: turns)
                if let sample = try instruments.engines[0].sampleFrozenLoop(turns: turns) { return .sampled(sample) }
            }
        } catch {
            return .refused(reason: error.description)
        }
        throw .unknownRequest("\(request)")
    }

    private func prepare(_ workload: Workload, isChecked: Bool) throws(EngineError) -> PreparedFacts {
        // Inputs of its own, as if no other cell had the same: its memory is then its own too.
        let cell = try ReadyCell(workload, instruments) { SharedInputs(for: workload.problem, seed: inputs.seed) }
        var wrongness: String?
        if isChecked, case .wrong(_, let reason) = try cell.check(instruments) { wrongness = reason }
        cell.share(through: &inputs)
        let calls = try cell.callsPerSample()
        var shortest = Int.max
        for _ in 0..<2 { shortest = min(shortest, try cell.kernel.sample(Batch(calls: calls)).nanoseconds) }
        cells[cells.count - 1] = cell
        let (problem, threads) = (workload.problem, workload.threads)
        let kernel = try? instruments.engines.kernel(of: workload).kernel
        let statedPairs = kernel?.predictedPairs(for: problem) ?? 0
        return PreparedFacts(
            countedPairs: cell.kernel.prepared.computedPairs ?? statedPairs, statedPairs: statedPairs,
            peakResidentBytes: cell.peakResidentBytes,
            statedBytes: problem.tensorBytes + (kernel?.scratchBytes(for: problem, threads: threads) ?? 0),
            iterationsPerSample: calls, callNanoseconds: Double(shortest) / Double(calls), wrongness: wrongness)
    }
}
