import Attention
import Faults
import Foundation
import Hardware
import Kernels

/// Serves an engine to another process: one reply for each line, until there are no more.
public final class EngineServer {
    private let engine: any ServedEngine
    private var cells: [Int: ServedCell] = [:]

    public init(_ engine: any ServedEngine) {
        self.engine = engine
    }

    /// - Parameters:
    ///   - nextLine: blocks; nil at the end.
    ///   - send: takes one line with its line feed.
    public func serve(nextLine: () -> String?, send: (Data) throws -> Void) throws {
        try send(WireLine.data(engine.greeting))
        while let line = nextLine() {
            guard let request = WireLine.value(EngineRequest.self, in: line) else { throw UnknownRequest(line: line) }
            try send(WireLine.data(reply(to: request)))
        }
    }

    private func reply(to request: EngineRequest) -> EngineReply {
        let number = request.cell
        do {
            switch request {
            case .prepare(_, let kernel, let problem, let threads, let cpus, let tensors):
                let stopwatch = Stopwatch()
                let seat = EngineSeat(threads: threads, cpus: cpus)
                let served = try engine.prepare(kernel, for: problem.problem, on: seat)
                let cell = try ServedCell(served, problem.problem, tensors)
                cells[number] = cell
                return .prepared(
                    cell: number, compileSeconds: stopwatch.seconds,
                    computedPairs: served.computedPairs, scratchBytes: served.scratchBytes)
            case .load: try cell(number).load()
            case .sample(_, let warmUpCalls, let calls):
                let nanoseconds = try cell(number).sample(warmUpCalls: warmUpCalls, calls: calls)
                return .sampled(cell: number, nanoseconds: nanoseconds, deviceNanoseconds: nil)
            case .write: try cell(number).write()
            case .release: cells[number] = nil
            }
            return done(request)
        } catch let error as UnsupportedProblem {
            return .refused(cell: number, reason: error.reason)
        } catch {
            return .failed(cell: number, reason: "\(error)")
        }
    }

    private func done(_ request: EngineRequest) -> EngineReply {
        switch request {
        case .load(let cell): .loaded(cell: cell)
        case .write(let cell): .written(cell: cell)
        case .release(let cell): .released(cell: cell)
        case .prepare, .sample: preconditionFailure("\(request) has a reply of its own")
        }
    }

    private func cell(_ number: Int) throws(UnknownCell) -> ServedCell {
        guard let cell = cells[number] else { throw UnknownCell(number: number) }
        return cell
    }
}

/// A kernel with tensors of this process, and those that it shares.
private final class ServedCell {
    private let kernel: any ServedKernel
    private var inputs: AttentionInputs
    private var output: Tensor
    private let shared: (query: MappedTensor, key: MappedTensor, value: MappedTensor, output: MappedTensor)

    init(_ kernel: any ServedKernel, _ problem: AttentionProblem, _ tensors: [String: EngineTensor]) throws {
        func mapped(_ name: String) throws -> MappedTensor {
            guard let tensor = tensors[name] else { throw MissingTensor(name: name) }
            return try MappedTensor(tensor)
        }
        self.kernel = kernel
        shared = (try mapped("query"), try mapped("key"), try mapped("value"), try mapped("output"))
        inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType)
        output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
    }

    /// Copies: shared pages are small ones, and a kernel over huge pages is up to a tenth faster.
    func load() throws {
        shared.query.copy(into: &inputs.query)
        shared.key.copy(into: &inputs.key)
        shared.value.copy(into: &inputs.value)
        try kernel.load(inputs)
    }

    func sample(warmUpCalls: Int, calls: Int) throws -> Int {
        for _ in 0..<warmUpCalls { try kernel.run(inputs, into: &output) }
        let stopwatch = Stopwatch()
        for _ in 0..<calls { try kernel.run(inputs, into: &output) }
        return max(1, stopwatch.nanoseconds)
    }

    func write() { shared.output.fill(from: output) }
}

public struct UnknownRequest: Fault {
    let line: String
    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "a request that this engine does not know: \(WireLine.quoted(line)); docs/engines.md lists those of version "
            + "\(EngineGreeting.version)"
    }
}

struct UnknownCell: Fault {
    let number: Int
    var exitStatus: ExitStatus { .usage }

    var description: String { "there is no cell \(number)" }
}

struct MissingTensor: Fault {
    let name: String
    var exitStatus: ExitStatus { .usage }

    var description: String { "the request has no tensor \"\(name)\"" }
}
