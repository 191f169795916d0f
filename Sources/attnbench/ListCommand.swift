import ArgumentParser
import Kernels

struct ListCommand: Command {
    enum Topic: String, ExpressibleByArgument, CaseIterable {
        case kernels
    }

    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "What there is to measure and to measure with.",
        discussion: """
            Without a topic, every topic is listed. The names are the ones that commands and sweep files take.

            Examples:
              attnbench list
              attnbench list kernels
            """)

    @Argument(help: "What to list.")
    var topic: Topic?

    func run(on console: Console) throws {
        for (index, topic) in (topic.map { [$0] } ?? Topic.allCases).enumerated() {
            if index > 0 { console.output("\n") }
            switch topic {
            case .kernels: console.output(Self.kernels(KernelRegistry.all))
            }
        }
    }

    static func kernels(_ kernels: [any AttentionKernel.Type]) -> String {
        let rows = kernels.map { kernel in
            let flags = kernel.maskFamily.parameters.map(\.rawValue).joined(separator: ", ")
            return [kernel.name, kernel.maskFamily.name, flags.isEmpty ? "-" : flags, kernel.summary]
        }
        return Columns.text([["KERNEL", "MASK", "PARAMETERS", "HOW"]] + rows)
    }
}
