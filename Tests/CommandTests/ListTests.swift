import Foundation
import Kernels
import Ranks
import TestSupport
import Testing

@testable import attnbench

@Suite struct ListTests {
    @Test func listsKernels() {
        let session = Session("list kernels")
        #expect(session.status == .done)
        #expect(session.output == Golden.text("list-kernels", updatingTo: session.output))
        for kernel in Kernel.builtIn { #expect(session.output.contains("\n\(kernel.name) ")) }
        for kernel in RankKernel.builtIn { #expect(session.output.contains("\nranks/\(kernel.name) ")) }
    }

    @Test func listsSweeps() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-list-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let sweeps = root.appendingPathComponent("Benchmarks/sweeps")
        let below = root.appendingPathComponent("some/folder")
        for folder in [sweeps, below] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let good = "name: two\ndescription: Two lengths\nkernels: [full]\nlengths: [512, 1K]\n"
        try Data(good.utf8).write(to: sweeps.appendingPathComponent("two.yaml"))
        try Data("name: bad\nkernels: [fulll]\nlengths: [512]\n".utf8).write(
            to: sweeps.appendingPathComponent("bad.yaml"))
        let others =
            "name: league\ndescription: Who wins? One.\nkernels: [full, torch/sdpa, jax/dpa, torch/flex]\nlengths: [1K]\n"
        try Data(others.utf8).write(to: sweeps.appendingPathComponent("league.yaml"))
        try Data("name: gpu\ndescription: How fast?\nkernels: torch-cuda/flash\nlengths: [1K]\n".utf8).write(
            to: sweeps.appendingPathComponent("gpu.yaml"))
        let directories = SweepDirectories.existing(SweepDirectories.folder, upwardsFrom: [below.path, root.path, "/"])
        #expect(directories == [sweeps.standardizedFileURL.path])
        let text = ListCommand.sweeps(in: directories)
        #expect(text == Golden.text("list-sweeps", updatingTo: text))
    }

    @Test func theSweepsOfTheCheckoutAreUsable() {
        #expect(!Session("list sweeps").output.contains("cannot be used"))
    }

    @Test func listsEveryTopicWithoutOne() {
        let session = Session("list")
        #expect(session.status == .done)
        for topic in ListCommand.Topic.allCases {
            #expect(session.output.contains(Session("list \(topic.rawValue)").output), "\(topic.rawValue)")
        }
    }

    @Test func columnsAreAsWideAsTheirWidestEntry() {
        #expect(Columns.text([["A", "B"], ["long", ""], ["x", "n²"]]) == "A     B\nlong\nx     n²\n")
        #expect(Columns.text([]) == "")
        #expect(Columns.text([["x", "1"]], headings: ["name", "n"]) == "name  n\n────  ─\nx     1\n")
    }

    @Test func sentencesThatFindNoRoomGoBelow() {
        let sentence = "a sentence that is far too long for what is left of the line"
        let rows = [["a-name-of-thirty-letters-or-more", sentence]]
        #expect(
            Columns.text(rows, headings: ["name", "how"], width: 50)
                == "name\n\(String(repeating: "─", count: 32))\na-name-of-thirty-letters-or-more\n"
                + "    a sentence that is far too long for what is\n    left of the line\n")
        #expect(Columns.text(rows, width: 80).contains("more  a sentence"))
    }

    @Test func nothingIsWiderThanTheTerminal() {
        for width in [80, 120] {
            let text = ListCommand.kernels(Kernel.builtIn, width: width)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        }
    }

    @Test func aMisspeltTopicIsAnsweredWithTheNearest() {
        let session = Session("list kernls")
        #expect(session.status == .usage)
        #expect(session.messages.contains("did you mean \"kernels\"?"))
        #expect(Session("list xyzzy").messages.contains("there are kernels, engines, sweeps, models, accelerators"))
    }
}
