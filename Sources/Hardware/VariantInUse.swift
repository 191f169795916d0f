import CVariants
import Foundation

/// Which of the installed variants of this program runs, and why. A variant is a build of the program for one instruction
/// set; the launcher `attnbench` starts the best one that the CPU runs (`Sources/Launcher`).
public struct VariantInUse: Codable, Hashable, Sendable {
    /// The instruction set that the program was built for.
    public let name: String
    /// A part of a sentence, such as "the best that this CPU runs".
    public let reason: String

    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// Nil where the program is not one of several that are installed together.
    public static let current = VariantInUse(
        name: BuildFacts.instructionSet, installed: Installation.current.variants, features: cpuFeatures(),
        wanted: Foundation.ProcessInfo.processInfo.environment["ATTNBENCH_VARIANT"])

    /// - Parameters:
    ///   - features: the bits of `CVariants.h`.
    ///   - wanted: the value of ATTNBENCH_VARIANT.
    init?(name: String, installed: Set<String>, features: UInt32, wanted: String?) {
        guard installed.contains(name) else { return nil }
        self.name = name
        let best = Self.best(of: installed, for: features)
        let bestOfAll = Self.best(of: Set(Self.table), for: features)
        reason =
            if let best, best != name {
                wanted == name
                    ? "chosen by ATTNBENCH_VARIANT; the best for this CPU is \(best)"
                    : "started by its own path; the best for this CPU is \(best)"
            } else if let bestOfAll, bestOfAll != name {
                "the best of those that are installed; this CPU can run \(bestOfAll) too"
            } else {
                "the best for this CPU"
            }
    }

    /// The names of all variants, the best first.
    static let table: [String] = (0..<variantCount()).map { String(cString: variantAt($0).name) }

    /// The one that the launcher starts, of these and on a CPU with these features; nil where it starts none.
    static func best(of installed: Set<String>, for features: UInt32 = cpuFeatures()) -> String? {
        let choice = chooseVariant(nil, features, bits(of: installed))
        return choice.outcome == VARIANT_RUNS ? table[Int(choice.index)] : nil
    }

    /// As `chooseVariant` takes them.
    static func bits(of variants: Set<String>) -> UInt32 {
        table.enumerated().reduce(0) { bits, row in variants.contains(row.element) ? bits | 1 << row.offset : bits }
    }
}

extension VariantInUse: CustomStringConvertible {
    public var description: String { "\(name), \(reason)" }
}
