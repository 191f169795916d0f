import Attention
import Foundation
import Hardware
import Kernels
import TestSupport
import Testing

@testable import attnbench

@Suite(.tags(.slow)) struct CheckTests {
    @Test func namedKernelsAreChecked() {
        let session = Session("check full reference")
        #expect(session.status == .done)
        let rows = session.output.split(separator: "\n")
        #expect(rows.count == 4)
        #expect(rows[2].hasPrefix("full ") && rows[2].hasSuffix("ok"))
        #expect(rows[2].contains("  all    "))
        #expect(rows[3].hasPrefix("reference ") && rows[3].hasSuffix("ok"))
        #expect(Session("check full-blas").output.contains("  float32  "))
    }

    @Test func unknownKernelsAreNamedWithTheNearest() {
        let session = Session("check sliding-windw")
        #expect(session.status == .usage)
        #expect(session.messages == "Error: \"sliding-windw\" is not a kernel; did you mean \"sliding-window\"?\n")
    }

    @Test func wrongKernelsAreFound() throws {
        var printed = ""
        let console = Console(
            output: { printed += $0 }, messages: { _ in }, outputIsTerminal: false, messagesAreTerminal: false,
            columns: 100, environment: [:])
        let verdict = try CheckCommand.check(
            [.reference, .forgetful], on: console, try OutputOptions.parse(["--quiet"]))
        #expect(printed.contains("forgetful"))
        #expect(printed.split(separator: "\n").last?.hasSuffix("WRONG") == true)
        #expect(verdict.exitStatus == .wrongResult)
        #expect(verdict.complaint?.contains("forgetful: causal") == true)
    }

    /// What an engine writes may be anything.
    @Test func anErrorThatNoIntegerHoldsIsShown() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 1, keyLength: 1, headDimension: 4), mask: .causal)
        let inputs = AttentionInputs(shape: problem.shape, elementType: .float32, seed: 1)
        var output = Tensor(.float32, dimensions: AttentionInputs.queryDimensions(problem.shape))
        for index in 0..<4 { output[index] = .greatestFiniteMagnitude }
        let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
        let found = Conformance(of: .full, in: [.float32]) { found, problemCase in
            found.take(problemCase)
            if let failure = found.judge(accuracy) { found.fail(failure) }
        }
        let texts = CheckTable.row("mine/full", CheckTable.Findings(found, Paint(isOn: false))).map(\.text)
        #expect(texts[3] == "3.4e+38")
        #expect(texts[4] == "\(Int.max) %")
        #expect(texts[5] == "WRONG")
    }

    @Test func stacksAreHeldAgainstTheirMasks() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let session = Session("check sliding-window chunked-local --layers 3 --output \(directory.path)")
        #expect(session.status == .done)
        let rows = session.output.split(separator: "\n").suffix(2).map { $0.split(separator: " ").map(String.init) }
        #expect(
            rows.map { Array($0.prefix(5)) } == [
                ["sliding-window(32)", "3", "32", "94", "94"], ["chunked-local(128)", "3", "128", "128", "128"],
            ])
        let figures = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/figures")
        #expect(Set(figures) == ["reach.csv", "reach.gp", "reach.svg", "reach.png", "reach.pdf"])
        let page = try String(contentsOf: directory.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(page.contains("| chunked-local(128) |"))
    }

    @Test(arguments: [
        ("--layers 0", "--layers is 0; it must be from 1 to 32"),
        ("--layers 33", "--layers is 33; it must be from 1 to 32"),
        ("--output there", "--output needs --layers, the number of layers to stack"),
    ])
    func badStacksAreSaid(options: String, message: String) {
        let session = Session("check sliding-window \(options)")
        #expect(session.status == .usage)
        #expect(session.messages.contains(message))
    }

    @Test func kernelsWithoutABoundAreNotStacked() {
        let session = Session("check full decode-window --layers 2")
        #expect(session.status == .usage && session.output.isEmpty)
        #expect(session.messages.contains("--layers has nothing to stack"))
    }

    @Test func pairsThatAreNotCountedAsPromisedAreWrong() {
        let conformance = Conformance(of: .miscounting)
        #expect(!conformance.isConforming)
        #expect(conformance.failures.allSatisfy { $0.contains("but its formula gives") })
    }

    @Test func aKernelThatTakesNothingIsNotRight() {
        let conformance = Conformance(of: .picky)
        #expect(conformance.cases == 0)
        #expect(conformance.skipped > 0)
        #expect(!conformance.isConforming)
    }
}

extension Kernel {
    fileprivate static let forgetful = Kernel(
        "forgetful", summary: "leaves out the last element", masks: .causal,
        computedPairs: ReferenceAttention.computedPairs, make: { problem, _ in Forgetful(problem) })

    /// Right, but its formula is not.
    fileprivate static let miscounting = Kernel(
        "miscounting", summary: "promises one pair less", masks: .causal,
        computedPairs: { ReferenceAttention.computedPairs(for: $0) - 1 },
        make: { problem, _ in ReferenceAttention(for: problem) })

    fileprivate static let picky = Kernel(
        "picky", summary: "takes no problem", masks: .causal,
        make: { _, _ throws(UnsupportedProblem) in throw UnsupportedProblem("never") })
}

/// Computes with the reference and leaves the last element of the output out.
private final class Forgetful: KernelInstance {
    let reference: ReferenceAttention
    var countedPairs: Int { reference.countedPairs }

    init(_ problem: AttentionProblem) { reference = ReferenceAttention(for: problem) }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        reference.run(inputs, into: &output)
        output[output.count - 1] = 0
    }
}
