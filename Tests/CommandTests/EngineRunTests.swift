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
            ("dies in a sample", 8, "signal 11"), ("hangs in prepare", 8, "gave no answer within 1 s"),
            ("speaks nonsense", 8, "something else than the protocol"), ("leaves a grandchild", 8, "status 3"),
            ("is wrong", 7, "differs from the reference"),
            ("remembers an answer", 7, "after its last round: differs from the reference"),
            ("computes in write", 7, "outside of what is timed"), ("refuses", 0, "no causal attention today"),
        ] as [(String, Int32, String)])
    func aBrokenEngineCostsNobodyElse(fault: String, status: Int32, reason: String) throws {
        let folder = try TestFolder()
        try sweep("full, misbehaving/causal", in: folder)
        let engine = "\(Self.examples)/../Tests/EnginesTests/Engines/misbehaving.py"
        try folder.write(
            "name: misbehaving\ncommand: [python3, \(engine), \"\(fault)\"]\nprepareTimeout: 1s\n", to: "broken.yaml")
        let run = try Program(
            "$attnbench run both.yaml --engine ./broken.yaml --rounds 2 --output out", in: folder)
        #expect(run.status == status, "\(fault): \(run.messages)")
        let results = try ResultsFile.load(folder.path("out/results.jsonl"))
        #expect(results.measurements.count == 4)
        for measurement in results.measurements {
            switch measurement.outcome {
            case .measured(let record):
                #expect(measurement.workload.kernel == "full" && record.samplesNanoseconds.count == 2)
            case .failed(let text, _), .skipped(let text):
                #expect(measurement.workload.kernel == "misbehaving/causal" && text.contains(reason), "\(text)")
            }
        }
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
