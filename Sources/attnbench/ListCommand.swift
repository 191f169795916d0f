import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Kernels
import Quantities
import Ranks
import Reporting

struct ListCommand: Command {
    enum Topic: String, CaseIterable {
        case kernels, engines, sweeps, models, accelerators
    }

    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List kernels, engines, sweeps, models and accelerators.",
        discussion: """
            Without a topic, every topic is listed. Commands and sweep files take these names. Sweeps are files in \
            Benchmarks/sweeps of this folder or of one above it, and those that came with this program. Engines are \
            files in ~/.config/attnbench/engines, and those that came with this program.

            Examples:
              attnbench list
              attnbench list kernels
              attnbench list engines
              attnbench list sweeps
              attnbench list models
            """)

    @Argument(
        help: "What to list: \(Topic.allCases.map(\.rawValue).joined(separator: ", ")).",
        completion: .list(Topic.allCases.map(\.rawValue)), transform: Self.topic)
    var topic: Topic?

    private static func topic(_ name: String) throws -> Topic {
        if let topic = Topic(rawValue: name) { return topic }
        let names = Topic.allCases.map(\.rawValue)
        throw ValidationError("\(UnknownName(name, isNot: "a topic", known: names))")
    }

    func run(on console: Console) throws -> Verdict {
        for (index, topic) in (topic.map { [$0] } ?? Topic.allCases).enumerated() {
            if index > 0 { console.output("\n") }
            switch topic {
            case .kernels:
                console.output(Self.kernels(Kernel.builtIn, width: console.width))
                console.output("\n" + Self.rankKernels(width: console.width))
            case .engines: console.output(Self.engines(EngineOptions.lookup(console), width: console.width))
            case .sweeps: console.output(Self.sweeps(in: SweepDirectories.all, width: console.width))
            case .models: console.output(TerminalTable.text(CatalogueTables.models(), width: console.width))
            case .accelerators:
                console.output(TerminalTable.text(CatalogueTables.accelerators(), width: console.width))
            }
        }
        return .done
    }

    static func kernels(_ kernels: [Kernel], width: Int? = nil) -> String {
        let rows = kernels.map { kernel in
            let sizes =
                kernel.masks.parameters.map(\.rawValue) + (kernel.selectsBlocks ? ["blocks", "blockLength"] : [])
                + (kernel.readsLatents ? ["valueDimension"] : [])
            let flags = sizes.joined(separator: ", ")
            return [kernel.name, kernel.masks.name, flags.isEmpty ? "-" : flags, kernel.summary]
        }
        return Columns.text(rows, headings: ["kernel", "mask", "parameters", "how"], width: width)
    }

    /// Those that several processes share, as sweeps name them.
    private static func rankKernels(width: Int?) -> String {
        let rows = RankKernel.builtIn.map { kernel in
            [
                RankEngine.name + "/" + kernel.name,
                "\(kernel.summary); masks: \(kernel.way.masks.map(\.name).joined(separator: ", "))",
            ]
        }
        return Columns.text(rows, headings: ["kernel of ranks (needs mpirun)", "how"], width: width)
    }

    static func engines(_ lookup: EngineLookup, width: Int? = nil) -> String {
        let rows = lookup.list().map { name, path in
            do {
                let engine = try EngineFile.load(path, program: GateOptions.thisProgram).source
                return [name, path, engine.description]
            } catch {
                return [name, path, "cannot be used: \(error)"]
            }
        }
        return Columns.text(rows, headings: ["engine", "file", "what it is"], width: width)
    }

    static func sweeps(in directories: [String], width: Int? = nil) -> String {
        let rows = SweepFile.list(in: directories).map { path in
            let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
            do {
                let engines = try SweepFile.engineNames(in: path)
                if !engines.isEmpty {
                    let question = firstSentence(of: try SweepFile.description(in: path))
                    let noun = engines.count == 1 ? "engine" : "engines"
                    return [name, "-", "-", "\(question) Needs the \(noun) \(engines.joined(separator: ", "))."]
                }
                let sweep = try SweepFile.load(path)
                let lengths = sweep.groups.flatMap(\.lengths)
                let ends = Set([lengths.min(), lengths.max()].compactMap { $0 }).sorted()
                let span = ends.map(TokenCount.text).joined(separator: "..")
                return [name, "\(try sweep.workloads().count)", span, firstSentence(of: sweep.description)]
            } catch {
                return [name, "-", "-", "cannot be used: \(error)"]
            }
        }
        return Columns.text(rows, headings: ["sweep", "cells", "lengths", "question"], width: width)
    }

    private static func firstSentence(of text: String) -> String {
        guard let end = text.firstMatch(of: #/[.?!](?=\s)/#) else { return text }
        return String(text[..<end.range.upperBound])
    }
}
