import Attention
import Foundation
import Kernels
import Records
import Testing

@testable import Benchmarking
@testable import Engines

/// The engines of Benchmarks/engines, without the libraries that they are for.
@Suite struct LibraryEnginesTests {
    private static let folder = Python.repository + "/" + EngineLookup.folder

    private static func files(_ ending: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasSuffix(ending) }.sorted()
    }

    @Test func areThese() {
        #expect(
            Self.files(".yaml") == [
                "ggml-aligned.yaml", "ggml.yaml", "jax.yaml", "numpy.yaml", "onnxruntime.yaml", "openvino.yaml",
                "torch-avx512.yaml", "torch-cuda.yaml", "torch.yaml",
            ])
    }

    /// ggml rounds queries to the format of a quantised cache, and OpenVINO rounds scores and weights to bfloat16.
    private static let tolerances = ["ggml": 16.0, "ggml-aligned": 16, "openvino": 16]

    /// Strictly, as a user's own; each finds the programs that its command names.
    @Test(arguments: files(".yaml")) func isReadAndFindsItsProgram(file: String) throws {
        let engine = try EngineFile.load(Self.folder + "/" + file, program: "/bin/attnbench")
        #expect("\(try #require(engine.source.name)).yaml" == file)
        let name = try #require(engine.source.name).text
        #expect(engine.source.description.count > 20)
        #expect(engine.source.tolerance == Self.tolerances[name, default: EngineSource.defaultTolerance])
        let programs = engine.source.command.words.filter { $0.hasSuffix(".py") }
        #expect(!programs.isEmpty && programs.allSatisfy(FileManager.default.fileExists))
    }

    /// With a PyTorch of NumPy, which has no gradients, a kernel of each kind: outputs, and what the device's clock says.
    @Test(
        .enabled(if: Python.isThere, "\(Python.missing)"),
        arguments: [("torch", 20, nil), ("torch-cuda", 9, 3000)] as [(String, Int, Int?)])
    func kernelsComputeRightly(name: String, count: Int, deviceNanoseconds: Int?) throws {
        let file = "\(EngineLookup.folder)/\(name.replacing("-", with: "_"))_engine.py"
        var command = Python.command(file)
        command.environment = ["PYTHONPATH": Python.repository + "/Tests/EnginesTests/Engines/fake-torch"]
        let engine = try command.started()
        #expect(engine.kernels.count == count)
        for kernel in engine.kernels where kernel.phase.givesOutput {
            for elementType in kernel.elementTypes {
                let mask = try kernel.masks.mask([.window: 70, .sinks: 5])
                let shape = try AttentionShape(
                    queryHeads: 2, keyValueHeads: 1, queryLength: kernel.phase == .decode ? 1 : 150, keyLength: 150,
                    headDimension: 16)
                let problem = try AttentionProblem(shape: shape, mask: mask, elementType: elementType)
                let workload = Workload(kernel: kernel.name, phase: kernel.phase, problem: problem, threads: 1)
                let loaded = try LoadedKernel(workload, on: engine) {
                    SharedInputs(AttentionInputs(shape: shape, elementType: elementType, seed: 7))
                }
                let sample = try loaded.sample(Batch(calls: 3, warmUpCalls: 2))
                #expect(sample.deviceNanoseconds == deviceNanoseconds, "\(workload)")
                let accuracy = try loaded.accuracy()
                #expect(accuracy.isAccepted, "\(workload): \(accuracy.excess)")
            }
        }
    }

    /// A product of 8192³ and a copy of 1 GiB take the fake device a millisecond each.
    @Test(.enabled(if: Python.isThere, "\(Python.missing)")) func anAcceleratorStatesItsPeaks() throws {
        var command = Python.command("\(EngineLookup.folder)/torch_cuda_engine.py")
        command.environment = ["PYTHONPATH": Python.repository + "/Tests/EnginesTests/Engines/fake-torch"]
        let device = try #require(try command.started().device)
        #expect(device.name == "Fake H1")
        #expect(device.ceilings?.flopsPerSecond.bfloat16 == 2 * 0x1p39 / 1e-3)
        #expect(device.ceilings?.readBytesPerSecond == 2 * 0x1p30 / 1e-3)
    }

    /// Whoever compares libraries has to be able to read what is timed.
    @Test(arguments: files("_engine.py").filter { $0 != "attnbench_engine.py" }) func isShort(file: String) throws {
        let lines = try String(contentsOfFile: Self.folder + "/" + file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= 150)
        #expect(lines.allSatisfy { $0.count <= 130 })
    }
}
