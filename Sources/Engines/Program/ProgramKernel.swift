import Attention
import Hardware
import Kernels
import Records

/// A kernel of a program, ready for one problem.
public final class ProgramKernel {
    /// One batch of calls.
    public struct Sample: Hashable, Sendable {
        public let calls: Int
        /// By the engine's own clock: what counts, since our own sees the pipe too.
        public let nanoseconds: Int
        public let deviceNanoseconds: Int?
        public let clocks: ClockComparison
        public let contamination: Contamination
    }

    public let problem: AttentionProblem
    public let compileSeconds: Double
    /// Over all batches and heads; nil where the engine does not count them.
    public let computedPairs: Int?
    /// Beside the tensors; nil where the engine does not know.
    public let scratchBytes: Int?
    private let process: EngineProcess
    private let number: Int
    private let kernel: String
    private let query: SharedTensor
    private let key: SharedTensor
    private let value: SharedTensor
    private let output: SharedTensor

    /// A sample lasts so long that the pipe is one in a thousand of it.
    public static let minimumSampleNanoseconds = 20_000_000
    /// Where nothing is known of how long it takes.
    public static let patienceSeconds = 30.0

    init(
        on process: EngineProcess, number: Int, kernel: String, problem: AttentionProblem,
        _ inputs: borrowing AttentionInputs
    ) throws {
        let doing = "prepare \(kernel)"
        let (shape, type) = (problem.shape, problem.elementType)
        do throws(SharedMemoryError) {
            query = try SharedTensor("query", role: .input, type, dimensions: AttentionInputs.queryDimensions(shape))
            key = try SharedTensor("key", role: .input, type, dimensions: AttentionInputs.keyDimensions(shape))
            value = try SharedTensor("value", role: .input, type, dimensions: AttentionInputs.keyDimensions(shape))
            output = try SharedTensor("output", role: .output, type, dimensions: AttentionInputs.queryDimensions(shape))
        } catch {
            throw process.failure(doing, .noMemory(error))
        }
        (self.process, self.number, self.kernel, self.problem) = (process, number, kernel, problem)
        let tensors = [
            "query": query.address, "key": key.address, "value": value.address, "output": output.address,
        ]
        query.fill(from: inputs.query)
        key.fill(from: inputs.key)
        value.fill(from: inputs.value)
        let reply = try process.ask(
            .prepare(
                cell: number, kernel: kernel, problem: EngineProblem(problem), threads: process.seat.threads,
                cpus: process.seat.cpus,
                tensors: tensors), doing: doing, within: process.prepareSeconds)
        switch reply {
        case .prepared(_, let seconds, let pairs, let bytes):
            (compileSeconds, computedPairs, scratchBytes) = (seconds ?? 0, pairs, bytes)
        case .refused(_, let reason): throw UnsupportedProblem("\(process.greeting.engine.name) refuses it: \(reason)")
        default: throw process.over(doing, .nonsense(line: String(decoding: WireLine.data(reply), as: UTF8.self)))
        }
        try load()
    }

    /// Gives the engine these inputs in place of those that it has.
    public func load(_ inputs: borrowing AttentionInputs) throws(EngineFailure) {
        query.fill(from: inputs.query)
        key.fill(from: inputs.key)
        value.fill(from: inputs.value)
        try load()
    }

    private func load() throws(EngineFailure) {
        // What was written before must not pass for an answer to these.
        output.clear()
        let reply = try process.ask(.load(cell: number), doing: "load \(kernel)", within: process.prepareSeconds)
        guard case .loaded = reply else { throw unexpected(reply, "load \(kernel)") }
    }

    /// How long to wait for calls that should take so long; nil where nobody knows.
    public static func patienceSeconds(predicted: Double?) -> Double {
        max(10 * (predicted ?? 0), patienceSeconds)
    }

    /// - Parameter isTimed: false where only the output counts, so that the clocks need not agree.
    public func sample(
        warmUpCalls: Int = 0, calls: Int, isTimed: Bool = true, patienceSeconds patience: Double = patienceSeconds
    ) throws(EngineFailure) -> Sample {
        let doing = "time \(kernel)"
        // Warm-up calls are a request of their own, so that our clock sees what theirs sees.
        if warmUpCalls > 0 {
            let reply = try process.ask(
                .sample(cell: number, warmUpCalls: warmUpCalls - 1, calls: 1), doing: doing, within: patience)
            guard case .sampled = reply else { throw unexpected(reply, doing) }
        }
        let own = ThreadEvidenceReader()
        let ownBefore = own.read()
        let evidence = ProcessEvidence(of: process.identifier, cpus: process.seat.cpus)
        let stopwatch = Stopwatch()
        let reply = try process.ask(
            .sample(cell: number, warmUpCalls: 0, calls: calls), doing: doing, within: patience)
        let wall = stopwatch.nanoseconds
        guard case .sampled(_, let nanoseconds, let device) = reply else { throw unexpected(reply, doing) }
        let after = ProcessEvidence(of: process.identifier, cpus: process.seat.cpus)
        let contamination = after.contamination(since: evidence, wallNanoseconds: nanoseconds)
        let ownDelay = own.read().runDelayNanoseconds - ownBefore.runDelayNanoseconds
        let clocks = ClockComparison(
            engineNanoseconds: nanoseconds, wallNanoseconds: wall,
            waitNanoseconds: ownDelay + contamination.runDelayNanoseconds)
        guard !isTimed || (clocks.judgement != .unbelievable && nanoseconds > 0) else {
            throw process.failure(doing, .dishonestClock(clocks))
        }
        return Sample(
            calls: calls, nanoseconds: nanoseconds, deviceNanoseconds: device, clocks: clocks,
            contamination: contamination)
    }

    /// The output of the last call.
    public func write() throws(EngineFailure) -> Tensor {
        output.clear()
        let reply = try process.ask(
            .write(cell: number), doing: "write the output of \(kernel)", within: process.prepareSeconds)
        guard case .written = reply else { throw unexpected(reply, "write the output of \(kernel)") }
        return output.contents()
    }

    /// The same where the engine has one; nil where it says that it has none.
    func writeIfWilling() throws(EngineFailure) -> Tensor? {
        do throws(EngineFailure) {
            return try write()
        } catch {
            if case .failed = error.cause { return nil }
            throw error
        }
    }

    public func release() throws(EngineFailure) {
        let reply = try process.ask(
            .release(cell: number), doing: "release \(kernel)", within: Self.patienceSeconds)
        guard case .released = reply else { throw unexpected(reply, "release \(kernel)") }
    }

    private func unexpected(_ reply: EngineReply, _ doing: String) -> EngineFailure {
        process.over(doing, .nonsense(line: String(decoding: WireLine.data(reply).dropLast(), as: UTF8.self)))
    }
}
