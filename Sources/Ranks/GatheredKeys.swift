import Attention
import Kernels

/// Each rank gathers the keys and values that its queries see, and attends to them as one rank does: nothing is sent while
/// anything is computed.
final class GatheredKeys: RankKernelInstance {
    /// How the keys come.
    enum Way {
        /// All keys to all ranks, in one collective operation.
        case collective
        /// From those ranks alone that hold keys which this one sees.
        case neighbours
    }

    private let problem: RankProblem
    private let communicator: Communicator
    private let tokens: Range<Int>
    private let reach: KeyReach
    private let exchange: Exchange
    /// Nil for a rank without tokens.
    private let local: Local?

    /// The one-rank kernel of this rank's queries, and its keys and values.
    private final class Local {
        let kernel: any KernelInstance
        var inputs: AttentionInputs

        init(_ problem: AttentionProblem, _ ready: RankKernel.Ready) throws(UnsupportedProblem) {
            kernel = try Kernel.fusedForAnyMask.tuned(by: ready.tuning).prepare(for: problem, on: ready.team)
            inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType)
        }
    }

    init(_ problem: RankProblem, _ ready: RankKernel.Ready, _ way: Way) throws(UnsupportedProblem) {
        self.problem = problem
        communicator = ready.communicator
        tokens = problem.slice(of: communicator.rank)
        reach = KeyReach(ofQueries: tokens, mask: problem.problem.mask, length: problem.tokens)
        exchange = Exchange(problem, rank: communicator.rank, way)
        local =
            tokens.isEmpty
            ? nil
            : try Local(
                problem.local(
                    LocalSizes(
                        queryHeads: problem.queryHeads, keyValueHeads: problem.keyValueHeads, queries: tokens.count,
                        keys: reach.count)), ready)
    }

    /// Messages, and the keys and values that the queries see. The memory of the queries is lent by the part.
    static func bufferBytes(of problem: RankProblem, rank: Int, _ way: Way) -> Int {
        let tokens = problem.slice(of: rank)
        let reach =
            tokens.isEmpty ? 0 : KeyReach(ofQueries: tokens, mask: problem.problem.mask, length: problem.tokens).count
        return Exchange.bufferBytes(problem, rank: rank, way) + reach * problem.tokenBytes
    }

    func run(_ parts: [RankPart]) {
        let part = parts.first
        communicator.record(.copying) { if let part { exchange.pack(part) } }
        exchange.run(over: communicator)
        guard let part, let local else { return }
        communicator.record(.copying) { exchange.unpack(into: &local.inputs, reach: reach) }
        communicator.record(.copying) { takeOwnRows(of: part, local) }
        // The queries are lent: to copy them would take as much memory again.
        swap(&part.inputs.query, &local.inputs.query)
        communicator.record(.computing) { local.kernel.run(local.inputs, into: &part.output) }
        swap(&part.inputs.query, &local.inputs.query)
    }

    private func takeOwnRows(of part: RankPart, _ local: Local) {
        for run in reach.runs(within: tokens) {
            let copy = RowCopy(
                rowBytes: problem.rowBytes, heads: problem.keyValueHeads, tokens: run.tokens.count)
            let source = TokenRows(length: tokens.count, first: run.tokens.lowerBound - tokens.lowerBound)
            let target = TokenRows(length: reach.count, first: run.place)
            part.inputs.key.withBytes { from in
                local.inputs.key.withMutableBytes {
                    copy(from: from.baseAddress!, at: source, to: $0.baseAddress!, at: target)
                }
            }
            part.inputs.value.withBytes { from in
                local.inputs.value.withMutableBytes {
                    copy(from: from.baseAddress!, at: source, to: $0.baseAddress!, at: target)
                }
            }
        }
    }
}

/// The messages in which keys and values come: for each rank, the keys of the tokens that it sends, then their values, each
/// [heads][tokens][row].
private final class Exchange {
    private let problem: RankProblem
    private let rank: Int
    private let way: GatheredKeys.Way
    private let sent: [[Range<Int>]]
    private let received: [[Range<Int>]]
    private let outgoing: MessageMemory
    private let incoming: MessageMemory

    init(_ problem: RankProblem, rank: Int, _ way: GatheredKeys.Way) {
        self.problem = problem
        self.rank = rank
        self.way = way
        (sent, received) = Self.runs(problem, rank: rank, way)
        outgoing = MessageMemory(byteCount: Self.bytes(sent, problem).reduce(0, +))
        incoming = MessageMemory(byteCount: Self.bytes(received, problem).reduce(0, +))
    }

    /// Of all messages.
    static func bufferBytes(_ problem: RankProblem, rank: Int, _ way: GatheredKeys.Way) -> Int {
        let (sent, received) = runs(problem, rank: rank, way)
        return bytes(sent + received, problem).reduce(0, +)
    }

    /// For each other rank, the runs of this rank's tokens that it gets, and those that come from it.
    private static func runs(
        _ problem: RankProblem, rank: Int, _ way: GatheredKeys.Way
    ) -> (sent: [[Range<Int>]], received: [[Range<Int>]]) {
        func runs(from: Int, to: Int) -> [Range<Int>] {
            let held = problem.slice(of: from)
            switch way {
            case .collective: return held.isEmpty ? [] : [held]
            case .neighbours:
                let queries = problem.slice(of: to)
                guard from != to, !queries.isEmpty else { return [] }
                return KeyReach(ofQueries: queries, mask: problem.problem.mask, length: problem.tokens)
                    .runs(within: held).map(\.tokens)
            }
        }
        let received = (0..<problem.rankCount).map { runs(from: $0, to: rank) }
        switch way {
        case .collective: return ([runs(from: rank, to: rank)], received)
        case .neighbours: return ((0..<problem.rankCount).map { runs(from: rank, to: $0) }, received)
        }
    }

    private static func bytes(_ runs: [[Range<Int>]], _ problem: RankProblem) -> [Int] {
        runs.map { $0.reduce(0) { $0 + $1.count } * problem.tokenBytes }
    }

    func pack(_ part: RankPart) {
        for (message, runs) in zip(outgoing.parts(Self.bytes(sent, problem)), sent) {
            var start = 0
            for run in runs {
                let copy = RowCopy(rowBytes: problem.rowBytes, heads: problem.keyValueHeads, tokens: run.count)
                let source = TokenRows(length: part.tokens.count, first: run.lowerBound - part.tokens.lowerBound)
                let target = TokenRows(length: run.count, first: 0)
                part.inputs.key.withBytes {
                    copy(from: $0.baseAddress!, at: source, to: message.baseAddress! + start, at: target)
                }
                part.inputs.value.withBytes {
                    copy(
                        from: $0.baseAddress!, at: source, to: message.baseAddress! + start + copy.byteCount, at: target
                    )
                }
                start += 2 * copy.byteCount
            }
        }
    }

    func run(over communicator: Communicator) {
        let (sentBytes, receivedBytes) = (Self.bytes(sent, problem), Self.bytes(received, problem))
        switch way {
        case .collective:
            communicator.allGather(
                UnsafeRawBufferPointer(outgoing.bytes), into: incoming.bytes,
                counts: receivedBytes.map { $0 / problem.rowBytes }, rowBytes: problem.rowBytes)
        case .neighbours:
            let arriving = incoming.parts(receivedBytes).enumerated()
                .filter { !$1.isEmpty }.map { Message.receive($1, from: $0) }
            let leaving = outgoing.parts(sentBytes).enumerated()
                .filter { !$1.isEmpty }.map { Message.send(UnsafeRawBufferPointer($1), to: $0) }
            communicator.start(arriving + leaving, rowBytes: problem.rowBytes)
            communicator.finish()
        }
    }

    /// Lays what arrived where the reach has it.
    func unpack(into inputs: inout AttentionInputs, reach: KeyReach) {
        let messages = incoming.parts(Self.bytes(received, problem))
        for (from, runs) in received.enumerated() where from != rank {
            let message = messages[from]
            var start = 0
            for run in runs {
                let heads = problem.keyValueHeads
                for part in reach.runs(within: run) {
                    let copy = RowCopy(rowBytes: problem.rowBytes, heads: heads, tokens: part.tokens.count)
                    let source = TokenRows(length: run.count, first: part.tokens.lowerBound - run.lowerBound)
                    let target = TokenRows(length: reach.count, first: part.place)
                    let keys = UnsafeRawPointer(message.baseAddress! + start)
                    let values = keys + heads * run.count * problem.rowBytes
                    inputs.key.withMutableBytes { copy(from: keys, at: source, to: $0.baseAddress!, at: target) }
                    inputs.value.withMutableBytes { copy(from: values, at: source, to: $0.baseAddress!, at: target) }
                }
                start += run.count * problem.tokenBytes
            }
        }
    }
}
