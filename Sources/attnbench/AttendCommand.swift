import ArgumentParser
import Attention
import Benchmarking
import Engines
import Faults
import Files
import Hardware
import Kernels
import Quantities
import Records

struct AttendCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "attend",
        abstract: "Run one kernel on your own tensors.",
        discussion: """
            Query, key and value are .npy files: float32, C order, [tokens, d], [heads, tokens, d] or [batch, heads, \
            tokens, d]. With fewer key heads than query heads, grouped-query attention is computed. With fewer \
            queries than keys, the queries are the last tokens of the text, as in decoding. The output is float32 in \
            the shape of the query. decode-latent takes no values: they are the first elements of the keys, and the \
            output has as many.

            With --type the elements are first rounded to that type, and the kernel computes with it; sums and \
            softmax are float32.

            The size of a window counts keys, and the query's own key is one of them. A window of W is \
            window_size=(W-1, 0) in flash-attention and sliding_window=W in transformers.

            Examples:
              attnbench attend --kernel full \\
                --query q.npy --key k.npy --value v.npy --output o.npy
              attnbench attend --kernel sliding-window --window 1K --type bfloat16 \\
                --check --query q.npy --key k.npy --value v.npy --output o.npy
              attnbench attend --kernel reference --mask attention-sink --sinks 4 \\
                --window 1020 --query q.npy --key k.npy --value v.npy --output o.npy
              attnbench attend --kernel mine/flash --engine mine=./libmine.so \\
                --query q.npy --key k.npy --value v.npy --output o.npy
              attnbench attend --kernel full --soft-cap 50 \\
                --query q.npy --key k.npy --value v.npy --output o.npy
            """)

    @Option(
        help: ArgumentHelp("The kernel that computes; `attnbench list kernels` names them.", valueName: "name"),
        completion: .kernels)
    var kernel: String

    @Option(help: ArgumentHelp("The queries.", valueName: "npy"), completion: .file(extensions: ["npy"]))
    var query: String

    @Option(help: ArgumentHelp("The keys.", valueName: "npy"), completion: .file(extensions: ["npy"]))
    var key: String

    @Option(
        help: ArgumentHelp("The values, in the shape of the keys; not for decode-latent.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var value: String?

    @Option(
        help: ArgumentHelp("The file for the result; an existing .npy file is replaced.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var output: String

    @Option(
        help: ArgumentHelp("Of decode-latent: number of elements of a key that are its value.", valueName: "n"))
    var valueDimension: Int?

    @OptionGroup var maskOptions: MaskOptions
    @OptionGroup var gateOptions: StateGateOptions
    @OptionGroup var scoreFormOptions: ScoreFormOptions

    @Option(
        help: ArgumentHelp("Factor on the scores before they become weights. (default: 1/sqrt(d))", valueName: "factor")
    )
    var scale: Float?

    @Option(name: .customLong("type"), help: ArgumentHelp("The element type to compute with.", valueName: "type"))
    var elementType = ElementType.float32

    @Option(help: ArgumentHelp("Threads that share the work.", valueName: "n"))
    var threads = 1

    @Flag(help: "Compare the result with the Double reference; if it is wrong, write nothing and exit with 7.")
    var check = false

    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        guard (1...1024).contains(threads) else {
            throw ValidationError(
                "--threads is \(threads); give a number from 1 to 1024, and at most the number of cores")
        }
    }

    func run(on console: Console) throws -> Verdict {
        let found = try engines(on: console).kernel(named: kernel)
        let chosen = found.kernel
        let mask = try maskOptions.mask(for: chosen)
        var queryTensor = try NumPyFile.read(query)
        var keyTensor = try NumPyFile.read(key)
        let latent = try latent(of: chosen)
        var outputDimensions = queryTensor.dimensions
        let shape = try Self.shape(query: queryTensor.dimensions, key: keyTensor.dimensions)
        let problem = try AttentionProblem(
            shape: shape, mask: mask, elementType: elementType, scale: scale,
            positions: chosen.positions, weighting: chosen.weighting, selection: maskOptions.selection(for: chosen),
            scoreForm: scoreFormOptions.form(), latent: latent)
        outputDimensions[outputDimensions.count - 1] = problem.valueDimension
        guard chosen.phase.givesOutput else { throw AttendError.givesGradients(kernel) }
        try chosen.requireSupport(of: problem)
        try requireFreeOutput()

        let keyDimensions = keyTensor.dimensions
        queryTensor.reshape(to: AttentionInputs.queryDimensions(shape))
        keyTensor.reshape(to: AttentionInputs.keyDimensions(shape))
        let inputs: SharedInputs
        if let value {
            let values = try Self.values(value, likeKeys: keyDimensions, shape)
            var tensors = AttentionInputs(
                query: queryTensor.stored(as: elementType), key: keyTensor.stored(as: elementType),
                value: values.stored(as: elementType))
            tensors.gates = try gateOptions.gates(of: chosen, problem)
            tensors.sinkLogits = try scoreFormOptions.logits(of: problem)
            inputs = SharedInputs(tensors)
        } else {
            _ = try gateOptions.gates(of: chosen, problem)
            inputs = SharedInputs(
                AttentionInputs(
                    query: queryTensor.stored(as: elementType), latents: keyTensor.stored(as: elementType)))
        }
        let workload = Workload(kernel: kernel, phase: chosen.phase, problem: problem, threads: threads)
        let prepared = try found.engine.prepare(workload) { inputs }
        _ = try prepared.sample(Batch(calls: 1))
        if check {
            let (verdict, sentence) = try prepared.withOutput {
                Self.check($0, of: workload, inputs.tensors, tolerance: prepared.tolerance)
            }
            guard verdict == .done else { return verdict }
            console.output(sentence + "\n")
        }
        var written = Tensor(dimensions: outputDimensions)
        try prepared.withOutput { output in
            written.withMutableFloats { output.copy(0, into: $0, count: $0.count) }
        }
        try NumPyFile.write(written, to: output)
        if !outputOptions.quiet { console.messages(Self.remark(workload, writtenTo: output)) }
        return .done
    }

    /// This program, and where the kernel's name asks for one, another.
    private func engines(on console: Console) throws -> [any Engine] {
        let own = InProcessEngine(
            team: { WorkerTeam(threads: $0) }, evidence: ThreadEvidenceReader(), clockFacts: .measure(SystemClock()))
        return [own] + (try engineOptions.started(for: [kernel], placement: .unpinned, on: console))
    }

    /// A tensor that is already there may be replaced, unless it is one of those that this call reads.
    private func requireFreeOutput() throws {
        let target = FileIdentity(output)
        for (name, input) in [("query", query), ("key", key)] + (value.map { [("value", $0)] } ?? [])
            + gateOptions.files + scoreFormOptions.files
        where target != nil && target == FileIdentity(input) {
            throw AttendError.outputIsInput(output, input: name)
        }
        guard NumPyFile.mayReplace(output) else { throw AttendError.outputIsNoTensor(output) }
        try OutputFile.requireWritable(output)
    }

    /// Where the kernel takes values from: a file, or the keys.
    private func latent(of kernel: Kernel) throws -> LatentValues? {
        guard kernel.readsLatents else {
            guard valueDimension == nil else { throw AttendError.hasValues(kernel.name) }
            guard value != nil else { throw AttendError.needsValues(kernel.name) }
            return nil
        }
        guard value == nil, let valueDimension else { throw AttendError.valuesAreInKeys(kernel.name) }
        return try LatentValues(dimension: valueDimension)
    }

    static func values(_ path: String, likeKeys key: [Int], _ shape: AttentionShape) throws -> Tensor {
        var values = try NumPyFile.read(path)
        guard values.dimensions == key else {
            throw AttendError.keyAndValueDiffer(key: key, value: values.dimensions)
        }
        values.reshape(to: AttentionInputs.keyDimensions(shape))
        return values
    }

    /// The sizes of the call, from the dimensions of two files.
    static func shape(query: [Int], key: [Int]) throws -> AttentionShape {
        let (q, k) = (fourDimensions(query), fourDimensions(key))
        guard q[3] == k[3] else { throw AttendError.headDimensionsDiffer(query: query, key: key) }
        guard q[0] == k[0] else { throw AttendError.batchesDiffer(query: query, key: key) }
        return try AttentionShape(
            batch: q[0], queryHeads: q[1], keyValueHeads: k[1], queryLength: q[2], keyLength: k[2],
            headDimension: q[3])
    }

    /// [batch, heads, tokens, d]: what is not there is 1.
    private static func fourDimensions(_ dimensions: [Int]) -> [Int] {
        [Int](repeating: 1, count: 4 - dimensions.count) + dimensions
    }

    /// Every row where the reference takes seconds at most, else as many as that allows.
    static func check(
        _ result: borrowing Tensor, of workload: Workload, _ inputs: borrowing AttentionInputs, tolerance: Double
    ) -> (verdict: Verdict, sentence: String) {
        let problem = workload.problem
        let rows = Accuracy.sampledRows(of: problem, pairBudget: 1 << 24, atMost: 4096, seed: 0)
        let accuracy = ExpectedRows(for: problem, inputs, rows, tolerance: tolerance).accuracy(of: result)
        let allRows = problem.shape.batch * problem.shape.queryHeads * problem.shape.queryLength
        let sentence =
            "\(rows.count) of \(allRows) rows checked against the reference: largest error "
            + "\(Quantity.scientific(accuracy.maximumError)), accepted up to "
            + Quantity.scientific(accuracy.bound)
        guard accuracy.isAccepted else {
            let place = "head \(accuracy.worst.head), row \(accuracy.worst.row)"
            return (.wrongResult("\(workload.kernel) is wrong in \(place); \(sentence)"), sentence)
        }
        return (.done, sentence)
    }

    private static func remark(_ workload: Workload, writtenTo output: String) -> String {
        let (problem, shape) = (workload.problem, workload.problem.shape)
        let work = Work(workload.phase, problem: problem, computedPairs: nil)
        return
            "\(output): \(workload.kernel), \(problem.elementType), batch \(shape.batch), \(shape.queryHeads) query and \(shape.keyValueHeads) "
            + "key/value heads, \(shape.queryLength) queries, \(shape.keyLength) keys, d \(shape.headDimension); "
            + "\(work.usefulPairs) pairs\n"
    }
}

extension ElementType: ExpressibleByArgument {}

enum AttendError: Fault, Equatable {
    case keyAndValueDiffer(key: [Int], value: [Int])
    case headDimensionsDiffer(query: [Int], key: [Int])
    case batchesDiffer(query: [Int], key: [Int])
    case givesGradients(String)
    case needsValues(String)
    case hasValues(String)
    case valuesAreInKeys(String)
    case outputIsInput(String, input: String)
    case outputIsNoTensor(String)

    var exitStatus: ExitStatus { .usage }

    var description: String {
        switch self {
        case .keyAndValueDiffer(let key, let value):
            "the keys are \(key) and the values \(value); give both the same shape"
        case .headDimensionsDiffer(let query, let key):
            "the queries are \(query) and the keys \(key); give both the same last dimension"
        case .batchesDiffer(let query, let key):
            "the queries are \(query) and the keys \(key); give both the same batch"
        case .givesGradients(let kernel):
            "\(kernel) gives gradients, and this command computes outputs; use a kernel such as full"
        case .needsValues(let kernel):
            "\(kernel) needs --value"
        case .hasValues(let kernel):
            "\(kernel) reads values from a file; leave out --value-dimension, or use "
                + Kernel.builtIn.filter(\.readsLatents).names.joined(separator: " or ")
        case .valuesAreInKeys(let kernel):
            "\(kernel) reads values from the keys; leave out --value, and give --value-dimension"
        case .outputIsInput(let path, let input):
            "--output \(path) is the same file as --\(input), which would be overwritten; choose another path"
        case .outputIsNoTensor(let path):
            "--output \(path) is a file of another kind than .npy, which would be overwritten; choose another path"
        }
    }
}
