import Foundation
import Testing

@testable import attnbench

@Suite struct EngineCommandTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-engine-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    /// What continuous integration builds and checks in Examples is what a user begins with.
    @Test(arguments: EngineSkeleton.allCases) func aNewEngineIsTheExample(language: EngineSkeleton) throws {
        let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Examples/engine-\(language.rawValue)").path
        try inFolder { folder in
            let session = Session(["engine", "new", "--\(language.rawValue)", folder])
            #expect(session.status == .done)
            #expect(session.output.contains("attnbench check --engine \(folder)/\(language.engine)\n"))
            let run =
                "attnbench run smoke --engine \(folder)/\(language.engine) --set kernels=full,\(language.kernel) "
                + "--set lengths=256..4K*2\n"
            #expect(session.output.contains(run))
            #expect(try String(contentsOfFile: examples + "/README.md", encoding: .utf8).contains(language.kernel))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(names) == Set(language.files.keys) && names.contains(language.source))
            for name in names {
                let written = FileManager.default.contents(atPath: "\(folder)/\(name)")
                #expect(written == FileManager.default.contents(atPath: "\(examples)/\(name)"), "\(name)")
            }
        }
    }

    @Test func aFolderWithSomethingInItIsLeftAlone() throws {
        try inFolder { folder in
            #expect(Session(["engine", "new", "--c", folder]).status == .done)
            let again = Session(["engine", "new", "--python", folder])
            #expect(again.status == .usage)
            #expect(again.messages.contains("no engine can be written to \(folder): it is not empty"))
        }
    }

    @Test func kernelsOfEnginesNeedTheirEngine() {
        let session = Session("check mine/flash")
        #expect(session.status == .usage)
        #expect(session.messages.contains("add, for example, --engine mine"))
    }

    @Test func anEngineThatIsNotThereIsTold() {
        let session = Session("check --engine ./nowhere/libmine.so")
        #expect(session.status == .usage)
        #expect(session.messages == "Error: there is no engine at ./nowhere/libmine.so\n")
    }
}
