import Attention
import Foundation
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@testable import Engines
@testable import Processes

/// Engines that do as they should.
@Suite struct EngineTests {
    @Test(
        .enabled(if: Python.isThere, Comment(rawValue: Python.missing)), arguments: ElementType.allCases,
        [Mask.causal])
    func theExampleInPythonIsRight(elementType: ElementType, mask: Mask) throws {
        let engine = try Python.example().started(cpus: [0])
        #expect(engine.identity.name == "numpy" && engine.kernels.names == ["numpy/numpy-causal"])
        for (queries, keys, heads) in [(1, 1, 1), (33, 33, 4), (1, 100, 2)] {
            let problem = try AttentionProblem(
                shape: AttentionShape(
                    batch: 2, queryHeads: heads, keyValueHeads: 1, queryLength: queries, keyLength: keys,
                    headDimension: 16), mask: mask, elementType: elementType)
            _ = try Self.check(engine, Workload(kernel: "numpy/numpy-causal", phase: .prefill, problem: problem))
        }
    }

    /// Two threads, grouped heads, masks of every number, and a cache that `load` fills.
    @Test(
        .enabled(if: Python.isThere, Comment(rawValue: Python.missing)),
        arguments: [Mask.full, .causal, .attentionSink(sinks: 4, window: 9), .chunkedLocal(16)],
        [ElementType.float32, .bfloat16])
    func anEngineMayDecode(mask: Mask, elementType: ElementType) throws {
        let engine = try Python.command("Tests/EnginesTests/Engines/decoding.py").started()
        let problem = try AttentionProblem(
            shape: AttentionShape(
                batch: 2, queryHeads: 8, keyValueHeads: 2, queryLength: 1, keyLength: 70, headDimension: 16),
            mask: mask, elementType: elementType)
        let workload = Workload(kernel: "decoding/decode", phase: .prefill, problem: problem, threads: 2)
        let prepared = try Self.check(engine, workload).prepared
        #expect(prepared.statedPairs == 16 * problem.pairs.allowed && prepared.countedPairs == prepared.statedPairs)
        #expect(prepared.statedScratchBytes == 2 * 4 * problem.shape.keyCount)
    }

    /// Right at first, and right with other contents.
    static func check(_ engine: ProgramEngine, _ workload: Workload) throws -> LoadedKernel {
        let loaded = try LoadedKernel(workload, on: engine) { SharedInputs(for: workload, seed: 3) }
        #expect(loaded.prepared.tolerance <= 4)
        for seed: UInt64 in [3, 4] {
            try loaded.load(SharedInputs(for: workload, seed: seed))
            _ = try loaded.sample(Batch(calls: 1))
            let accuracy = try loaded.accuracy()
            #expect(accuracy.isAccepted, "\(workload): \(accuracy)")
        }
        return loaded
    }

    /// The example, compiled here and called in this process.
    @Test func theExampleInCIsRight() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "cc", "-std=c99", "-O2", "-fPIC", "-shared", "-o", folder.path + "/libengine.so",
            Python.repository + "/Examples/engine-c/engine.c", "-lm",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        let library = try EngineLibrary(path: folder.path + "/libengine.so")
        #expect(library.greeting.engine == EngineGreeting.Engine(name: "engine-c", version: "1.0"))
        let kernel = try #require(library.greeting.kernels.first)
        #expect(kernel.mask == "causal" && kernel.elementTypes == ["float32"] && kernel.phase == "prefill")
        let problem = try AttentionProblem(
            shape: AttentionShape(
                batch: 2, queryHeads: 4, keyValueHeads: 2, queryLength: 9, keyLength: 20, headDimension: 8),
            mask: .causal)
        let engine = LibraryEngine(library, on: EngineSeat(threads: 1, cpus: []), sampler: .forTests)
        #expect(engine.kernels.names == ["online-causal"])
        let workload = Workload(kernel: "online-causal", phase: .prefill, problem: problem)
        let inputs = SharedInputs(for: problem, seed: 1)
        let prepared = try engine.prepare(workload) { inputs }
        #expect(prepared.statedScratchBytes == 0 && prepared.countedPairs == nil)
        #expect(try prepared.sample(Batch(calls: 1)).nanoseconds > 0)
        let accuracy = try prepared.withOutput {
            Accuracy(of: $0, for: problem, inputs.tensors, rows: Accuracy.allRows(of: problem))
        }
        #expect(accuracy.isAccepted)
        let pair = LibraryEngine(library, on: EngineSeat(threads: 2, cpus: [0, 1]), sampler: .forTests)
        let refusal = #expect(throws: EngineError.self) {
            _ = try pair.prepare(Workload(kernel: "online-causal", phase: .prefill, problem: problem, threads: 2)) {
                inputs
            }
        }
        #expect(refusal?.description == "one thread only, not 2")
    }

    /// Both sides of the protocol in one process: what a client asks, the server does, and no reply is missing.
    @Test func thisProgramServesItsOwnKernels() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryHeads: 2, keyValueHeads: 2, queryLength: 20, headDimension: 8), mask: .causal)
        let inputs = AttentionInputs(shape: problem.shape, seed: 1)
        let dimensions = AttentionInputs.queryDimensions(problem.shape)
        let shared = try ["query", "key", "value", "output"].map { name in
            try SharedTensor(name, role: name == "output" ? .output : .input, .float32, dimensions: dimensions)
        }
        shared[0].fill(from: inputs.query)
        shared[1].fill(from: inputs.key)
        shared[2].fill(from: inputs.value)
        let tensors = Dictionary(uniqueKeysWithValues: zip(["query", "key", "value", "output"], shared.map(\.address)))
        func prepare(_ cell: Int, _ kernel: String) -> EngineRequest {
            .prepare(
                cell: cell, kernel: kernel, problem: problem, threads: 1, cpus: [], tensors: tensors)
        }
        let requests = [
            prepare(0, "full"), .load(cell: 0), .sample(cell: 0, warmUpCalls: 1, calls: 2), .write(cell: 0),
            prepare(1, "decode-full"), .write(cell: 2), .frozenLoop(turns: 1000), .release(cell: 0), .load(cell: 0),
        ]
        var lines = requests.map { String(decoding: WireLine.data($0), as: UTF8.self) }[...]
        var replies: [String] = []
        try Self.server().serve(
            nextLine: { lines.popFirst() }, send: { replies.append(String(decoding: $0, as: UTF8.self)) })
        let greeting = try #require(WireLine.value(EngineGreeting.self, in: replies[0]))
        #expect(
            greeting.engine.name == "attnbench"
                && greeting.kernels.contains { $0.name == "full" && $0.mask == "causal" })
        let answers = replies.dropFirst().compactMap { WireLine.value(EngineReply.self, in: $0) }
        #expect(answers.map(\.cell) == requests.map(\.cell))
        guard case .prepared(_, _, let pairs?, _?, _) = answers[0], case .loaded = answers[1],
            case .sampled(_, let nanoseconds, nil, let counted?) = answers[2], case .written = answers[3],
            case .refused = answers[4], case .failed(_, "there is no cell 2") = answers[5],
            case .looped = answers[6], case .released = answers[7], case .failed = answers[8]
        else {
            Issue.record("\(answers)")
            return
        }
        #expect(nanoseconds > 0 && pairs >= 2 * problem.pairs.allowed && counted == pairs)
        let accuracy = Accuracy(
            of: sharedContents(of: shared[3], dimensions), for: problem, inputs, rows: Accuracy.allRows(of: problem))
        #expect(accuracy.isAccepted)
    }

    static func server() -> EngineServer {
        let greeting = EngineGreeting(
            engine: EngineGreeting.Engine(name: "attnbench", version: "1"),
            kernels: Kernel.builtIn.map(EngineGreeting.Kernel.init))
        return EngineServer(greeting: greeting) { _ in
            InProcessEngine(team: { _ in WorkerTeam() }, sampler: .forTests)
        }
    }

    @Test func aLineThatIsNoRequestEndsTheServer() {
        var lines = ["hello"][...]
        #expect(throws: UnknownRequest.self) {
            try Self.server().serve(nextLine: { lines.popFirst() }, send: { _ in })
        }
    }

    @Test func whatIsNoLibraryIsTold() throws {
        let missing = #expect(throws: EngineLibraryError.self) { try EngineLibrary(path: "nowhere.so") }
        #expect(missing?.description.contains("nowhere.so cannot be loaded as an engine") == true)
        let other = #expect(throws: EngineLibraryError.self) {
            try EngineLibrary(path: "/usr/lib/x86_64-linux-gnu/libm.so.6")
        }
        #expect(other?.reason.contains("attnbench_") == true)
    }

    @Test func placeholdersAreFilledIn() {
        let seat = EngineSeat(threads: 2, cpus: [1, 3])
        let command = EngineCommand(
            ["/bin/e", "-t", "{threads}"], environment: ["GOMP_CPU_AFFINITY": "{cpus}", "KMP_BLOCKTIME": "1"])
        let invocation = command.invocation(seat, environment: ["OMP_NUM_THREADS": "7", "HOME": "/h"])
        #expect(invocation.arguments == ["-t", "2"] && invocation.cpus == [1, 3])
        let environment = invocation.environment
        #expect(environment["GOMP_CPU_AFFINITY"] == "1,3" && environment["MKL_NUM_THREADS"] == "2")
        #expect(environment["OMP_NUM_THREADS"] == "7", "the user's own goes first")
        #expect(environment["OMP_WAIT_POLICY"] == "passive" && environment["KMP_BLOCKTIME"] == "1")
    }

    @Test func clocksMayDifferByThePipe() {
        func judgement(_ engine: Int, _ wall: Int, waited: Int = 0) -> ClockComparison.Judgement {
            ClockComparison(engineNanoseconds: engine, wallNanoseconds: wall, waitNanoseconds: waited).judgement
        }
        #expect(judgement(20_000_000, 20_300_000) == .agrees)
        #expect(judgement(20_000_000, 20_690_000) == .agrees)
        #expect(judgement(20_000_000, 20_800_000) == .doubtful)
        #expect(judgement(20_000_000, 23_000_000) == .unbelievable)
        #expect(judgement(23_000_000, 20_000_000) == .unbelievable)
        #expect(judgement(20_000_000, 25_000_000, waited: 5_000_000) == .agrees)
        #expect(judgement(25_000_000, 20_000_000, waited: 5_000_000) == .unbelievable, "waiting makes no time longer")
    }

    @Test func linesAreAsTheProtocolSays() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 4, headDimension: 4), mask: .attentionSink(sinks: 1, window: 2),
            scale: 0.5)
        let request = EngineRequest.prepare(
            cell: 3, kernel: "k", problem: problem, threads: 1, cpus: [1],
            tensors: [
                "query": EngineTensor(path: "/proc/7/fd/9", role: .input, shape: [1, 1, 4, 4], elementType: .float32)
            ])
        #expect(
            String(decoding: WireLine.data(request), as: UTF8.self) == #"""
                {"prepare":{"cell":3,"cpus":[1],"kernel":"k","problem":{"batch":1,"elementType":"float32","keyCacheFormat":"float32","keyHeadDimension":4,"keyLength":4,"keyValueHeads":1,"mask":{"chunk":null,"left":1,"right":0,"sinks":1},"positions":"none","queryHeads":1,"queryLength":4,"scale":0.5,"selection":null,"valueCacheFormat":"float32","valueHeadDimension":4,"valuesInKeys":false,"weighting":"softmax"},"tensors":{"query":{"elementType":"float32","path":"/proc/7/fd/9","role":"in","shape":[1,1,4,4]}},"threads":1}}

                """#)
        for (line, request) in [
            (#"{"load":{"cell":3}}"#, EngineRequest.load(cell: 3)),
            (#"{"sample":{"calls":5,"cell":3,"warmUpCalls":1}}"#, .sample(cell: 3, warmUpCalls: 1, calls: 5)),
            (#"{"write":{"cell":3}}"#, .write(cell: 3)), (#"{"release":{"cell":3}}"#, .release(cell: 3)),
        ] {
            #expect(String(decoding: WireLine.data(request).dropLast(), as: UTF8.self) == line)
            #expect(WireLine.value(EngineRequest.self, in: line) == request)
        }
        for (line, reply) in [
            (
                #"{"prepared":{"cell":3,"compileSeconds":2.5}}"#,
                EngineReply.prepared(cell: 3, compileSeconds: 2.5, computedPairs: nil, scratchBytes: nil)
            ),
            (#"{"sampled":{"cell":3,"nanoseconds":12}}"#, .sampled(cell: 3, nanoseconds: 12, deviceNanoseconds: nil)),
            (#"{"refused":{"cell":3,"reason":"no float16"}}"#, .refused(cell: 3, reason: "no float16")),
            (#"{"failed":{"cell":3,"reason":"why"}}"#, .failed(cell: 3, reason: "why")),
        ] {
            #expect(WireLine.value(EngineReply.self, in: line) == reply)
            #expect(String(decoding: WireLine.data(reply).dropLast(), as: UTF8.self) == line)
        }
    }

    @Test func tensorsThatDoNotFitAreToldOf() throws {
        let error = #expect(throws: SharedMemoryError.self) {
            _ = try SharedTensor("key", role: .input, .float32, dimensions: [1, 1, 1 << 40, 1])
        }
        #expect(error?.description.hasPrefix("there is not enough shared memory for the key of 4194304 MiB: ") == true)
    }

    /// A system that has no room says so when the memory is reserved, and not at some later write.
    @Test(arguments: [(ENOSPC, "no space left on device"), (EFBIG, "file too large"), (EMFILE, "too many open files")])
    func whatTheSystemSaysOfMemoryIsTold(code: Int32, words: String) throws {
        let error = #expect(throws: SharedMemoryError.self) {
            let layout = SharedTensor.Layout(
                name: "key", role: .input, elementType: .float32, dimensions: [1, 1, 1 << 20, 64])
            _ = try SharedTensor(layout) { _, _ in
                errno = code
                return -1
            }
        }
        #expect(
            error?.description
                == "there is not enough shared memory for the key of 256 MiB: \(words); use a shorter length or fewer "
                + "heads, or give the container more memory")
    }

    /// Beyond 2 GiB the system reads and writes in pieces.
    @Test(
        .enabled(
            if: AvailableMemory.bytes() ?? 0 > 12 << 30,
            "a tensor of 2 GiB, three times over, needs 12 GiB of free memory"))
    func aTensorMayBeLargerThan2GiB() throws {
        let dimensions = [1, 1, (1 << 31) / 128 + 33, 64]
        let last = dimensions.reduce(1, *) - 1
        let shared = try SharedTensor("key", role: .output, .bfloat16, dimensions: dimensions)
        var tensor = Tensor(.bfloat16, dimensions: dimensions)
        (tensor[0], tensor[last]) = (2, 3)
        shared.fill(from: tensor)
        let file = try SharedFile(shared.address)
        var contents = try file.contents()
        #expect(contents[0] == 2 && contents[1] == 0 && contents[last] == 3)
        contents[last] = 5
        try file.fill(from: contents)
        let written = sharedContents(of: shared, dimensions, .bfloat16)
        #expect(written[last] == 5)
    }

    /// Sweeps and file names hold a kernel's name as it is, so that no engine may say more with it than a name.
    @Test(arguments: ["tiled], threads: [8", "a b", "../x", "a/b", "", "a\nb"]) func aKernelNameIsAName(text: String) {
        func kernel(_ name: String) -> EngineGreeting.Kernel {
            EngineGreeting.Kernel(
                name: name, summary: nil, phase: "prefill", mask: "causal", elementTypes: ["float32"])
        }
        #expect(kernel("tiled-2.1_x").kernel(named: "mine/tiled-2.1_x") != nil)
        #expect(kernel(text).kernel(named: "mine/\(text)") == nil)
    }

    @Test func aVariantIsOfAKernelOfItsOwnEngine() throws {
        let told = try #require(EngineGreeting.Kernel(.fullBLAS).kernel(named: "mine/full-blas"))
        #expect(told.variantOf == "mine/full")
        #expect(try #require(EngineGreeting.Kernel(.full).kernel(named: "mine/full")).variantOf == nil)
    }

    /// What this program does not know is listed, and the rest is used.
    @Test func kernelsOfALaterTimeAreListed() throws {
        let script =
            #"""
            echo '{"attnbenchEngine":1,"engine":{"name":"later","version":"9"},"mood":"good","kernels":[
            {"name":"a","phase":"prefill","mask":"causal","elementTypes":["float8","float32"],"colour":"red"},
            {"name":"b","phase":"dreaming","mask":"causal","elementTypes":["float32"]},
            {"name":"c","phase":"prefill","mask":"spiral","elementTypes":["float32"]},
            {"name":"d","phase":"prefill","mask":"causal","elementTypes":["float8"]},
            {"name":"e","phase":"decode","mask":"causal","elementTypes":["float32"],"positions":"elsewhere"}]}' | tr -d '\n'
            echo
            read line
            """#
        let engine = try EngineCommand(["/bin/sh", "-c", script]).started()
        #expect(engine.kernels.names == ["later/a"] && engine.kernels[0].elementTypes == [.float32])
        #expect(engine.unknownKernels.map(\.name) == ["b", "c", "d", "e"])
    }

    /// Its own clock is not known to be ours: its samples are so long that the pipe does not show.
    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.missing))) func aProgramsSamplesAreLong() throws {
        #expect(try Python.example().started().minimumSampleNanoseconds == 20_000_000)
    }

    /// The end of standard input is the end of the engine, with status 0.
    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.missing)))
    func anEngineEndsWhereItsInputEnds() throws {
        let command = Python.example()
        let process = try ChildProcess(
            command.invocation(
                EngineSeat(threads: 1, cpus: []), environment: ProcessInfo.processInfo.environment))
        guard case .line = process.nextLine(within: 60) else {
            Issue.record("it does not greet")
            return
        }
        process.closeInput()
        #expect(process.wait() == .exited(status: 0))
    }

    /// Later versions ask with more fields.
    @Test func fieldsOfARequestThatNobodyKnowsAreIgnored() {
        #expect(
            WireLine.value(EngineRequest.self, in: #"{"sample":{"calls":5,"cell":3,"warmUpCalls":1,"mood":"good"}}"#)
                == .sample(cell: 3, warmUpCalls: 1, calls: 5))
    }
}

func sharedContents(of shared: SharedTensor, _ dimensions: [Int], _ elementType: ElementType = .float32)
    -> Tensor
{
    var tensor = Tensor(elementType, dimensions: dimensions)
    tensor.withMutableBytes { shared.copyElements(to: $0.baseAddress!) }
    return tensor
}
