import Attention
import Faults
import Foundation
import Hardware
import Records

/// Serves an engine to another process: one reply for each line, until there are no more.
public final class EngineServer {
    private let greeting: EngineGreeting
    private let makeEngine: (EngineSeat) throws -> any Engine
    private var engines: [EngineSeat: any Engine] = [:]
    private var cells: [Int: ServedCell] = [:]

    /// - Parameter engine: makes the engine for its threads and CPUs; asked once for each.
    public init(greeting: EngineGreeting, engine: @escaping (EngineSeat) throws -> any Engine) {
        self.greeting = greeting
        makeEngine = engine
    }

    /// - Parameters:
    ///   - nextLine: blocks; nil at the end.
    ///   - send: takes one line with its line feed.
    public func serve(nextLine: () -> String?, send: (Data) throws -> Void) throws {
        try send(WireLine.data(greeting))
        while let line = nextLine() {
            guard let request = WireLine.value(EngineRequest.self, in: line) else { throw UnknownRequest(line: line) }
            try send(WireLine.data(reply(to: request)))
        }
    }

    private func reply(to request: EngineRequest) -> EngineReply {
        do {
            switch request {
            case .prepare(let number, let kernel, let problem, let threads, let cpus, let tensors):
                let engine = try self.engine(EngineSeat(threads: threads, cpus: cpus))
                let phase = engine.kernels.first { $0.name == kernel }?.phase ?? .prefill
                let workload = Workload(kernel: kernel, phase: phase, problem: problem, threads: threads)
                let cell = try ServedCell(workload, on: engine, tensors)
                cells[number] = cell
                return .prepared(
                    cell: number, compileSeconds: cell.kernel.startup?.compileSeconds ?? 0,
                    computedPairs: cell.kernel.statedPairs, scratchBytes: cell.kernel.statedScratchBytes)
            case .load(let number):
                try cell(number).load()
                return .loaded(cell: number)
            case .sample(let number, let warmUpCalls, let calls, let extraTurns):
                let kernel = try cell(number).kernel
                let sample = try kernel.sample(
                    Batch(calls: max(1, calls), warmUpCalls: max(0, warmUpCalls), extraTurns: max(0, extraTurns ?? 0)))
                return .sampled(
                    cell: number, nanoseconds: sample.nanoseconds, computedPairs: kernel.countedPairs)
            case .write(let number):
                try cell(number).write()
                return .written(cell: number)
            case .release(let number):
                cells[number] = nil
                return .released(cell: number)
            case .frozenLoop(let turns): return try timeFrozenLoop(turns: turns)
            }
        } catch EngineError.unsupported(let error) {
            return .refused(cell: request.cell ?? 0, reason: error.reason)
        } catch {
            return .failed(cell: request.cell, reason: "\(error)")
        }
    }

    private func timeFrozenLoop(turns: Int) throws -> EngineReply {
        let engine = try engines.values.first ?? engine(EngineSeat(threads: 1, cpus: []))
        // The first finds its code cold.
        _ = try engine.sampleFrozenLoop(turns: turns)
        guard let sample = try engine.sampleFrozenLoop(turns: turns) else {
            return .failed(cell: nil, reason: "this engine has no frozen loop")
        }
        return .looped(nanoseconds: sample.nanoseconds)
    }

    private func engine(_ seat: EngineSeat) throws -> any Engine {
        if let engine = engines[seat] { return engine }
        let engine = try makeEngine(seat)
        engines[seat] = engine
        return engine
    }

    private func cell(_ number: Int) throws(UnknownCell) -> ServedCell {
        guard let cell = cells[number] else { throw UnknownCell(number: number) }
        return cell
    }
}

/// A kernel with the tensors that it shares. Its own are copies: shared pages are small ones, and a kernel over huge pages
/// is up to a tenth faster.
private final class ServedCell {
    let kernel: any PreparedKernel
    private let shared: Shared

    private struct Shared {
        /// As the phase lists them.
        let inputs: [SharedFile]
        let outputs: [SharedFile]
        let workload: Workload

        func read() throws -> SharedInputs {
            if workload.phase == .loss { return SharedInputs(try readLoss()) }
            if workload.problem.latent != nil {
                return SharedInputs(
                    AttentionInputs(query: try self.inputs[0].contents(), latents: try self.inputs[1].contents()))
            }
            var inputs = AttentionInputs(
                query: try self.inputs[0].contents(), key: try self.inputs[1].contents(),
                value: try self.inputs[2].contents())
            if workload.phase.givesGradients { inputs.outputGradient = try self.inputs[3].contents() }
            if workload.problem.scoreForm.hasSinkLogits {
                inputs.sinkLogits = try self.inputs[workload.phase.sinkLogitsPlace].contents()
            }
            if workload.problem.weighting.hasGates {
                inputs.gates = StateGates(
                    logDecay: try self.inputs[self.inputs.count - 2].contents(),
                    writingStrength: try self.inputs[self.inputs.count - 1].contents())
            }
            return SharedInputs(inputs)
        }

        private func readLoss() throws -> AttentionInputs {
            let hidden = try inputs[0].contents()
            let classifier = try inputs[1].contents()
            let words = classifier.count / classifier.dimensions.last!
            guard let targets = AttentionInputs.targets(from: try inputs[2].contents(), words: words) else {
                throw UnknownTarget(words: words)
            }
            return AttentionInputs(hidden: hidden, classifier: classifier, targets: targets)
        }
    }

    init(_ workload: Workload, on engine: any Engine, _ tensors: [String: EngineTensor]) throws {
        func files(_ wanted: [CallTensor]) throws -> [SharedFile] {
            try wanted.map { wanted in
                guard let tensor = tensors[wanted.name] else { throw MissingTensor(name: wanted.name) }
                guard tensor.shape == wanted.dimensions, tensor.elementType == wanted.elementType else {
                    throw OtherTensor(wanted: wanted, shape: tensor.shape, elementType: tensor.elementType)
                }
                return try SharedFile(tensor)
            }
        }
        let (phase, problem) = (workload.phase, workload.problem)
        // Tensors of attention are no hidden states and no words, and a gradient of latents has no values.
        if phase == .loss || problem.latent != nil { _ = try engine.kernel(for: workload) }
        shared = Shared(
            inputs: try files(phase.inputs(of: problem)), outputs: try files(phase.outputs(of: problem)),
            workload: workload)
        let inputs = try shared.read()
        kernel = try engine.prepare(workload) { inputs }
    }

    func load() throws { try kernel.load(shared.read()) }

    func write() throws {
        let failure = try kernel.withOutput { output -> SharedFileError? in
            do throws(SharedFileError) {
                var start = 0
                for file in shared.outputs {
                    try file.fill(from: output, startByte: start)
                    start += file.elementBytes
                }
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }
}

public struct UnknownRequest: Fault {
    let line: String
    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "this request is unknown: \(WireLine.quoted(line)); docs/engines.md lists the requests of version "
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

/// A tensor of another shape or type than a call of the phase has.
struct OtherTensor: Fault {
    let wanted: CallTensor
    let shape: [Int]
    let elementType: ElementType
    var exitStatus: ExitStatus { .usage }

    var description: String {
        "the tensor \"\(wanted.name)\" is \(shape) \(elementType), and a call of this problem has \(wanted.dimensions) "
            + "\(wanted.elementType)"
    }
}

struct UnknownTarget: Fault {
    let words: Int
    var exitStatus: ExitStatus { .usage }

    var description: String {
        "a number in \"targets\" is none of \(words) words; each has to be from 0 to \(words - 1)"
    }
}
