import Foundation
import TestSupport
import Testing

@testable import attnbench

@Suite struct HistoryTests {
    /// Runs the command on sessions with these times, written into a directory of its own.
    private func session(
        _ times: [Double], _ flags: String = "", cpuModels: [Int: String] = [:], wrong: Int? = nil
    ) throws -> Session {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var paths: [String] = []
        for (index, session) in PlantedSession.days(times).enumerated() {
            var session = session
            session.cpuModel = cpuModels[index] ?? session.cpuModel
            session.isWrong = index == wrong
            paths.append("\(folder)/\(index).jsonl")
            try session.write(to: paths[index])
        }
        return Session(
            ["history"] + paths + flags.replacing("FOLDER", with: folder).split(separator: " ").map(String.init))
    }

    private static let slower = [1.0, 1.004, 0.997, 1.002, 1.0, 1.1, 1.104, 1.098].map { $0 * 1e6 }
    private static let steady = [1.0, 1.004, 0.997, 1.002, 1.0, 1.001, 0.999, 1.003].map { $0 * 1e6 }

    @Test func tellsWhereItStepped() throws {
        let session = try session(Self.slower)
        #expect(session.status == .done && session.messages.isEmpty)
        #expect(session.output == Golden.text("history", updatingTo: session.output))
    }

    @Test func strictEndsWithThree() throws {
        let session = try session(Self.slower, "--strict")
        #expect(session.status == .regression)
        #expect(session.messages == "Error: a cell is slower: full at n = 1024\n")
        #expect(try self.session(Self.steady, "--strict").status == .done)
        #expect(try self.session(Self.slower.reversed(), "--strict --order given").status == .done)
        #expect(try self.session(Self.slower, "--strict --smallest 20%").status == .done)
    }

    @Test func aWrongResultOfTheNewestEndsWithSeven() throws {
        let session = try session(Self.steady, wrong: 7)
        #expect(session.status == .wrongResult)
        #expect(
            session.messages
                == "Error: in the newest results, full 1K differs from the reference by 0.5\n")
        #expect(try self.session(Self.steady, wrong: 3).status == .done)
    }

    @Test func machinesAreNotMixed() throws {
        let session = try session(Self.steady, cpuModels: [3: "Another CPU"])
        #expect(session.status == .baselineMissing)
        #expect(session.messages.contains("CPU (Planted CPU against Another CPU); give results of one machine"))
    }

    @Test func writesWhatItIsAskedFor() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = try session(Self.slower, "--json --output \(folder)")
        #expect(session.status == .done)
        let written = try String(contentsOfFile: folder + "/history.json", encoding: .utf8)
        #expect(written == session.output && written.contains("\"state\" : \"slower\""))
        for name in ["index.html", "README.md", "figures/history.csv", "figures/history.gp", "figures/history.svg"] {
            #expect(FileManager.default.fileExists(atPath: folder + "/" + name), "\(name)")
        }
    }

    @Test(arguments: ["history", "history nowhere.jsonl", "history x --smallest much", "history x --order never"])
    func mistakesAreUsageErrors(line: String) {
        #expect(Session(line).status == .usage)
    }
}
