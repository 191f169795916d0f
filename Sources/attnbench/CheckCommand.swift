import ArgumentParser
import Attention
import Foundation
import Kernels

struct CheckCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Is every kernel right? Correctness only, no timing.",
        discussion: """
            Each kernel runs over the hard cases of its mask: sizes around its tiles, windows of one key and longer \
            than the text, shared heads, queries at the end of a longer text, inputs that overflow, underflow and are \
            not numbers; in float32, bfloat16 and float16, where the kernel takes them. Each result is held against \
            three loops in Double; the error may be at most twice that of the same loops in the same type. Exits with 7 \
            where a kernel is wrong.

            Examples:
              attnbench check
              attnbench check full sliding-window
            """)

    @Argument(
        help: ArgumentHelp("Kernels to check; all when none is named.", valueName: "kernel"), completion: .kernels)
    var names: [String] = []

    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws {
        var kernels = KernelRegistry.all
        if !names.isEmpty { kernels = try names.map { try KernelRegistry.kernel(named: $0) } }
        try Self.check(kernels, paint: outputOptions.paint(on: console), on: console)
    }

    static func check(_ kernels: [any AttentionKernel.Type], paint: Paint, on console: Console) throws {
        var rows: [[String]] = []
        var failures: [String] = []
        for kernel in kernels {
            let conformance = Conformance(of: kernel)
            rows.append(
                [
                    kernel.name, types(conformance.elementTypes),
                    "\(conformance.cases) of \(conformance.cases + conformance.skipped)",
                    scientific(conformance.largestError),
                    conformance.largestShare.isFinite ? "\(Int((conformance.largestShare * 100).rounded(.up))) %" : "-",
                    conformance.isConforming ? paint("ok", .green) : paint("WRONG", .red),
                ])
            failures += conformance.failures.prefix(3).map { "\(kernel.name): \($0)" }
        }
        console.output(
            Columns.text(rows, headings: ["kernel", "types", "cases", "error", "of bound", "verdict"]))
        guard failures.isEmpty else {
            throw WrongResult(description: "a kernel is wrong\n" + failures.map { "  \($0)\n" }.joined().dropLast())
        }
    }

    private static func types(_ types: [ElementType]) -> String {
        types.count == ElementType.allCases.count ? "all" : types.map(\.rawValue).joined(separator: " ")
    }
}

/// Two digits and a power of ten.
func scientific(_ value: Double) -> String {
    value == 0 ? "0" : String(format: "%.1e", value)
}
