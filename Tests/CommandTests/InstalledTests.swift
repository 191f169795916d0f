import Foundation
import Hardware
import TestSupport
import Testing

@testable import attnbench

/// This program at the place that it has in an installation, and alone.
@Suite struct InstalledTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// The program itself rather than a link, since a program's place is where its file is.
    private func place(_ path: String) throws {
        try folder.write("", to: path)
        try FileManager.default.removeItem(atPath: folder.path(path))
        do {
            try FileManager.default.linkItem(atPath: Program.url.path, toPath: folder.path(path))
        } catch {
            try FileManager.default.copyItem(atPath: Program.url.path, toPath: folder.path(path))
        }
    }

    @Test func anInstalledProgramHasItsFiles() throws {
        let program = "libexec/attnbench/\(BuildFacts.instructionSet)/attnbench"
        try place(program)
        let share = "share/attnbench/Benchmarks"
        try folder.write(
            "name: ours\ndescription: Installed\nkernels: [full]\nlengths: [512]\n", to: "\(share)/sweeps/ours.yaml")
        try folder.write("name: e\ndescription: Installed\ncommand: [sh]\n", to: "\(share)/engines/e.yaml")

        let sweeps = try Program("./\(program) list sweeps", in: folder)
        #expect(sweeps.status == 0 && sweeps.output.contains("\nours "), "\(sweeps)")
        let engines = try Program("./\(program) list engines", in: folder)
        #expect(engines.output.contains("\(share)/engines/e.yaml"), "\(engines)")
        let unknown = try Program("./\(program) run our --dry-run", in: folder)
        #expect(
            unknown.status == 2 && unknown.messages.contains("\(share)/sweeps; did you mean \"ours\"?"), "\(unknown)")
        let layout = try Program("./\(program) selftest ours --layout 2", in: folder)
        #expect(layout.status == 1 && layout.messages.contains("is not in a checkout of it; clone"), "\(layout)")
    }

    @Test func aProgramAloneSaysWhatItLacks() throws {
        try place("attnbench")
        let run = try Program("./attnbench run smoke --dry-run", in: folder)
        #expect(run.status == 2)
        #expect(
            run.messages
                == "Error: \"smoke\" is not a sweep file, and no sweep has a name here: there is no folder Benchmarks/sweeps in this "
                + "folder or above it, and none with this program; give the path of a sweep file, or install attnbench with its "
                + "files\n")
    }
}
