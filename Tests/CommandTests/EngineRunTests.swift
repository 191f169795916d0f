import Analysis
import Foundation
import Records
import TestSupport
import Testing

@testable import attnbench

/// Kernels of the engines in Examples, measured beside this program's own.
@Suite struct EngineRunTests {
    private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples").path

    private static let hasNumPy: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import numpy"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static let missing = "python3 with NumPy is not installed; scripts/setup --engines installs them"

    private func sweep(_ kernels: String, in folder: TestFolder) throws {
        let text = "name: both\nkernels: [\(kernels)]\nlengths: [64, 128]\ntimeBudget: 20s\n"
        try Data(text.utf8).write(to: folder.url.appendingPathComponent("both.yaml"))
    }

    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing)), arguments: ["", " --launches 2"])
    func anEnginesKernelIsMeasuredAndReported(launches: String) throws {
        let folder = try TestFolder()
        try sweep("full, numpy/numpy-causal", in: folder)
        let run = try Program(
            "$attnbench run both.yaml --engine \(Self.examples)/engine-python/engine.py --rounds 3 --output out\(launches)",
            in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(folder.url.appendingPathComponent("out/results.jsonl").path)
        let rows = results.measurements.filter { $0.workload.kernel == "numpy/numpy-causal" }
        #expect(rows.count == (launches.isEmpty ? 2 : 4) && rows.allSatisfy { $0.origin.engine.name == "numpy" })
        for row in rows {
            guard case .measured(let record) = row.outcome else {
                Issue.record("\(row)")
                continue
            }
            #expect(record.wallNanoseconds?.count == record.samplesNanoseconds.count && record.peakResidentBytes >= 0)
            #expect(row.work.computedPairs == nil, "the engine does not say what it computes")
        }
        let page = try String(contentsOf: folder.url.appendingPathComponent("out/README.md"), encoding: .utf8)
        #expect(page.contains("numpy/numpy-causal") && page.contains("| full"))
    }

    /// By its name, from the user's own folder.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func aSweepFindsItsEngineByName() throws {
        let folder = try TestFolder()
        try sweep("mine/numpy-causal", in: folder)
        let engines = folder.url.appendingPathComponent("config/attnbench/engines")
        try FileManager.default.createDirectory(at: engines, withIntermediateDirectories: true)
        try Data("name: mine\ncommand: [python3, \(Self.examples)/engine-python/engine.py]\n".utf8)
            .write(to: engines.appendingPathComponent("mine.yaml"))
        let run = try Program(
            "XDG_CONFIG_HOME=$PWD/config $attnbench run both.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("mine/numpy-causal"))
    }

    /// What a broken engine costs: its own cells, and nobody else's.
    @Test(
        .enabled(if: hasNumPy, Comment(rawValue: missing)), .tags(.slow),
        arguments: [
            ("dies in prepare", 8, "signal 4"), ("dies in a sample", 8, "signal 11"),
            ("hangs in prepare", 8, "gave no answer within 1 s"),
            ("speaks nonsense", 8, "did not follow the protocol"),
            ("floods standard output", 8, "did not follow the protocol"),
            ("answers twice", 8, "did not follow the protocol"), ("leaves a grandchild", 8, "status 3"),
            ("claims an endless device", 8, "did not follow the protocol"),
            ("says too little", 8, "states that its calls took"), ("says too much", 8, "states that its calls took"),
            ("writes into its inputs", 8, "PermissionError"), ("states too few pairs", 7, "its problem has"),
            ("is wrong", 7, "differs from the reference"), ("is not a number", 7, "differs from the reference"),
            ("remembers an answer", 7, "after its last round: differs from the reference"),
            ("computes in write", 7, "outside the timed calls"), ("refuses", 0, "no causal attention today"),
        ] as [(String, Int32, String)])
    func aBrokenEngineCostsNobodyElse(fault: String, status: Int32, reason: String) throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken(fault, in: folder)
        let run = try Program(
            "$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == status, "\(fault): \(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        #expect(results.measurements.count == 4)
        for measurement in results.measurements {
            switch measurement.outcome {
            case .measured(let record):
                #expect(measurement.workload.kernel == "full" && record.samplesNanoseconds.count == 2)
            case .wrong(let text, _), .broken(let text), .skipped(let text):
                #expect(measurement.workload.kernel == "misbehaving/causal" && text.contains(reason), "\(text)")
            }
        }
    }

    /// The shorter cells of the same kernel are measured, and the report names the cell in which the engine died.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func aDeathAtOneLengthCostsThatLength() throws {
        let folder = try TestFolder()
        try folder.write(
            "name: both\nkernels: [full, misbehaving/causal]\nlengths: [32, 64, 128]\ntimeBudget: 20s\n",
            to: "both.yaml")
        try broken("dies in long calls", in: folder)
        let run = try Program("$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == 8, "\(run.messages)")
        #expect(run.messages.contains("misbehaving/causal 128: the engine misbehaving was ended by signal 11"))
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        let broken = results.measurements.filter { if case .broken = $0.outcome { true } else { false } }
        #expect(broken.map { "\($0.workload)" } == ["misbehaving/causal 128"])
        #expect(results.measurements.count { $0.isMeasured } == 5)
        #expect(try #require(folder.text("out/README.md")).contains("| 128    | engine failed |"))
    }

    /// More than a pipe holds, before each answer; in this process and in launches of their own.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing)), arguments: ["", " --launches 2"])
    func aFloodOfWarningsHoldsNobodyUp(launches: String) throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken("floods standard error", in: folder)
        let run = try Program(
            "$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out\(launches)", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        #expect(try ResultsFile.load(folder.path("out/results.jsonl")).measurements.allSatisfy(\.isMeasured))
    }

    /// A sweep that serves `run` serves a gate over two engines too.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing)), .tags(.slow)) func aSweepForRunIsGated() throws {
        let folder = try TestFolder()
        try broken("no fault", in: folder)
        let engines = "--baseline-engine old=./broken.yaml --engine new=./broken.yaml"
        func gate(_ kernels: String) throws -> Program {
            try folder.write("name: both\nkernels: [\(kernels)]\nlengths: [16]\n", to: "both.yaml")
            return try Program("$attnbench gate both.yaml \(engines) --time-budget 60s --delta 50%", in: folder)
        }
        let both = try gate("full, old/causal, new/causal")
        #expect(both.status == 0, "\(both.messages)")
        #expect(
            (both.output + both.messages).replacing(#/\s+/#, with: " ").contains(
                "these kernels of the sweep belong to neither engine and are not compared: full"))
        #expect(both.output.contains("new/causal") && !both.output.contains("old/causal 16"))
        let none = try gate("full")
        #expect(none.status == 2)
        #expect(
            none.messages.contains(
                "the sweep both names no kernel of the two engines, and only these are compared; write, for example, kernels: "
                    + "[new/causal, new/decode]"), "\(none.messages)")
    }

    /// An engine may say anything in its greeting.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func aKernelThatIsListedTwiceIsOne() throws {
        let folder = try TestFolder()
        try broken("lists a kernel twice", in: folder)
        try folder.write("name: both\nkernels: [full]\nlengths: [16]\n", to: "both.yaml")
        let gate = try Program(
            "$attnbench gate both.yaml --baseline-engine old=./broken.yaml --engine new=./broken.yaml", in: folder)
        #expect(gate.status == 2 && gate.messages.contains("names no kernel of the two engines"), "\(gate.messages)")
    }

    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func enginesWithoutACommonKernelAreSaid() throws {
        let folder = try TestFolder()
        try broken("no fault", in: folder)
        let gate = try Program(
            "$attnbench gate --baseline-engine \(Self.examples)/engine-python/engine.py --engine ./broken.yaml",
            in: folder)
        #expect(gate.status == 5)
        #expect(
            gate.messages.contains(
                "the two engines have no kernel in common, and kernels are matched by name: the baseline has "
                    + "numpy/numpy-causal, the candidate misbehaving/causal, misbehaving/decode; use one name for a kernel in both engines"
            ),
            "\(gate.messages)")
    }

    /// Evidence against a row stands beside it, and what it took to start and compile the engine.
    @Test(
        .enabled(if: hasNumPy, Comment(rawValue: missing)), arguments: ["spins when idle", "says a little too little"])
    func evidenceStandsBesideTheRow(fault: String) throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken(fault, in: folder)
        let run = try Program(
            "$attnbench run both.yaml --engine ./broken.yaml --rounds 4 --output out", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let page = try #require(folder.text("out/README.md"))
        #expect(page.contains("| start + compile |"))
        if fault != "spins when idle" { #expect(page.contains("its engine states that its calls took")) }
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement)")
                continue
            }
            let isOwn = measurement.workload.kernel == "full"
            #expect((record.startup == nil) == isOwn && Set(record.idleCPUs.keys) == (isOwn ? ["misbehaving"] : []))
            if isOwn, fault == "spins when idle" { #expect(record.idleCPUs["misbehaving"]!.contains { $0 > 0 }) }
        }
    }

    /// Shares of a peak are those of the device, of which the engine brings the ceilings.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func aDeviceIsHeldAgainstItsOwnPeak() throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken("has a device", in: folder)
        let run = try Program("$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        for measurement in results.measurements {
            guard case .measured(let record) = measurement.outcome else {
                Issue.record("\(measurement)")
                continue
            }
            let isOwn = measurement.workload.kernel == "full"
            #expect(measurement.origin.device?.name == (isOwn ? nil : "Model 7"))
            #expect((record.deviceNanoseconds == nil) == isOwn && !record.readsSharedTensors)
        }
        let analysis = ScalingAnalysis(results: results)
        let series = try #require(analysis.series.first { $0.kernel == "misbehaving/causal" })
        for point in series.points {
            let rate = Double(point.work.flops) / (point.median.value * 1e-9)
            #expect(abs(point.utilisation.fractionOfPeak * 1e12 / rate - 1) < 1e-9)
            let share = try #require(point.engine.deviceShare)
            #expect(point.utilisation.cacheLevel == nil && share > 0.01 && share < 1)
        }
        let page = try #require(folder.text("out/README.md"))
        #expect(
            page.contains("on the device")
                && page.contains(
                    "Model 7: float32 1.00 TFLOP/s, bfloat16 2.00 TFLOP/s, float16 4.00 TFLOP/s, reads 100 GB/s")
        )
    }

    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func whatReadsSharedMemoryIsSaidBesideTheRow() throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken("reads shared memory", in: folder)
        let run = try Program("$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == 0, "\(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        let shared = results.measurements.filter {
            if case .measured(let record) = $0.outcome { record.readsSharedTensors } else { false }
        }
        #expect(shared.count == 2 && shared.allSatisfy { $0.workload.kernel == "misbehaving/causal" })
        #expect(try #require(folder.text("out/README.md")).contains("its calls read memory that its process shares"))
    }

    /// It does not come to the first cell.
    @Test(
        .enabled(if: hasNumPy, Comment(rawValue: missing)),
        arguments: ["exits early", "greets with nonsense", "claims absurd ceilings"])
    func anEngineThatDoesNotStartEndsTheCommand(fault: String) throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        try broken(fault, in: folder)
        let run = try Program("$attnbench run both.yaml --engine ./broken.yaml --output out", in: folder)
        #expect(run.status == 8 && run.messages.contains("when it was asked to greet"), "\(run.messages)")
        #expect(folder.text("out/results.jsonl") == nil)
    }

    /// The largest file that this process may write is smaller than a tensor, as where a container's memory is small.
    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func memoryThatIsMissingIsTold() throws {
        let folder = try TestFolder()
        let text =
            "name: both\nkernels: [misbehaving/causal]\nlengths: [64, 1024]\nheads: {query: 2, keyValue: 2}\n"
            + "headDimension: 256\ntimeBudget: 30m\n"
        try folder.write(text, to: "both.yaml")
        try broken("no fault", in: folder)
        let run = try Program(
            "ulimit -f 3000; $attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.messages.contains("there is not enough shared memory for the query of 2 MiB: file too large"))
        #expect(run.status == 8, "\(run.messages)")
        let measured = try ResultsFile.load(folder.path("out/results.jsonl")).measurements.filter { $0.isMeasured }
        #expect(measured.map(\.workload.problem.shape.keyLength) == [64])
    }

    /// A check that looks at nothing must not pass.
    @Test(arguments: [
        (#"{"name":"a","phase":"prefill","mask":"casual","elementTypes":["float32"]}"#, "its mask (casual)"),
        ("", "name no kernels in their greetings"),
    ]) func aCheckOfNoKernelIsNoSuccess(kernels: String, reason: String) throws {
        let folder = try TestFolder()
        try folder.write(
            """
            #!/bin/sh
            echo '{"attnbenchEngine":1,"engine":{"name":"me","version":"1"},"kernels":[\(kernels)]}'
            read line

            """, to: "me.sh")
        #expect(chmod(folder.path("me.sh"), 0o755) == 0)
        try folder.write("name: me\ncommand: [./me.sh]\n", to: "me.yaml")
        let run = try Program("$attnbench check --engine ./me.yaml", in: folder)
        #expect(run.status == 2 && run.messages.contains("no kernel was checked"), "\(run.messages)")
        #expect(run.messages.replacing("\n", with: " ").contains(reason), "\(run.messages)")
    }

    private func broken(_ fault: String, in folder: TestFolder) throws {
        let engine = "\(Self.examples)/../Tests/EnginesTests/Engines/misbehaving.py"
        try folder.write(
            "name: misbehaving\ncommand: [python3, \(engine), \"\(fault)\"]\nprepareTimeout: 1s\n", to: "broken.yaml")
    }

    /// Neither a sweep nor a results file can say what is to be run, however it is written.
    @Test(arguments: [
        "./evil.sh/k", "evil.sh/k", "../evil.sh/k", "/bin/sh/k", "$(touch ran)/k", "`touch ran`/k", "evil;touch ran/k",
        "evil.yaml/k", "evil=./evil.sh/k", "..//k", "/k",
    ]) func aPathOrACommandIsNoKernel(name: String) throws {
        let folder = try TestFolder()
        try folder.write("#!/bin/sh\ntouch ran\n", to: "evil.sh")
        try folder.write("name: evil\ncommand: [./evil.sh]\n", to: "evil.yaml")
        #expect(chmod(folder.path("evil.sh"), 0o755) == 0)
        try folder.write("name: both\nkernels: ['\(name)']\nlengths: [64]\n", to: "both.yaml")
        #expect(try Program("$attnbench run both.yaml --output out", in: folder).status == 2)

        try folder.write("name: own\nkernels: [full]\nlengths: [64]\ntimeBudget: 3s\n", to: "own.yaml")
        let own = try Program("$attnbench run own.yaml --rounds 2 --output strange", in: folder)
        #expect(own.status == 0, "\(own.messages)")
        let results = folder.path("strange/results.jsonl")
        let header = try ResultsFile.load(results).header
        var axes = header.sweep.groups[0]
        axes.kernels = [name]
        try FileManager.default.removeItem(atPath: results)
        try ResultsFile.create(
            results,
            header: ResultsHeader(
                machine: header.machine, ceilings: header.ceilings, build: header.build,
                sweep: Sweep(name: "own", groups: [axes]), seed: header.seed, startedAt: header.startedAt,
                command: "./evil.sh"))
        for command in [
            "launch strange/results.jsonl --number 1 --time-budget 1s", "run own.yaml --output strange --resume",
        ] {
            let reading = try Program("$attnbench \(command)", in: folder)
            #expect(reading.status == 2, "\(command): \(reading.messages)")
        }
        for command in [
            "report strange", "compare strange strange", "history strange", "gate own.yaml --baseline strange",
        ] {
            _ = try Program("$attnbench \(command)", in: folder)
        }
        #expect(folder.text("ran") == nil, "a stranger's file has run something")
    }

    /// Whoever trusts a checkout says so, or names the file.
    @Test(arguments: ["--trust-engines", "--engine Benchmarks/engines/evil.yaml"])
    func aCheckoutsEngineRunsWhereTheUserSaysSo(option: String) throws {
        let folder = try TestFolder()
        try sweep("evil/k", in: folder)
        try folder.write("name: evil\ncommand: [sh, -c, \"touch ran; exit 3\"]\n", to: "Benchmarks/engines/evil.yaml")
        let without = try Program("$attnbench run both.yaml --output out", in: folder)
        #expect(without.status == 2 && folder.text("ran") == nil)
        let with = try Program("$attnbench run both.yaml \(option) --output out", in: folder)
        #expect(
            with.status == 8 && with.messages.contains("ended with status 3 when it was asked to greet"),
            "\(with.messages)")
        #expect(folder.text("ran") != nil)
    }

    @Test func aStrangersSweepRunsNothing() throws {
        let folder = try TestFolder()
        try sweep("evil/k", in: folder)
        let engines = folder.url.appendingPathComponent("Benchmarks/engines")
        try FileManager.default.createDirectory(at: engines, withIntermediateDirectories: true)
        try Data("name: evil\ncommand: [sh, -c, \"touch ran\"]\n".utf8).write(
            to: engines.appendingPathComponent("evil.yaml"))
        let run = try Program("$attnbench run both.yaml --output out", in: folder)
        #expect(run.status == 2 && run.messages.contains("--trust-engines"))
        try sweep("../../bin/sh/k", in: folder)
        #expect(try Program("$attnbench run both.yaml --output out", in: folder).status == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("ran").path))
    }

    @Test(.enabled(if: hasNumPy, Comment(rawValue: missing))) func attendTakesAnEngine() throws {
        let folder = try TestFolder()
        let attend = try Program(
            """
            python3 -c 'import numpy
            for n in "qkv": numpy.save(n, numpy.random.default_rng(1).normal(size=(2, 33, 8)).astype("float32"))'
            $attnbench attend --kernel numpy/numpy-causal --engine \(Self.examples)/engine-python/engine.py --check \
                --query q.npy --key k.npy --value v.npy --output o.npy
            """, in: folder)
        #expect(attend.status == 0, "\(attend.messages)")
        #expect(attend.output.contains("66 of 66 rows checked"))
    }
}
