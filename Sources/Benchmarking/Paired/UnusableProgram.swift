import Faults
import Foundation

/// A path that cannot be started as a build to compare.
public struct UnusableProgram: Fault, Equatable {
    enum Problem {
        case absent, folder, notExecutable
    }

    let build: PairedBuild
    let path: String
    let problem: Problem

    public var exitStatus: ExitStatus { build == .baseline ? .baselineMissing : .usage }

    public var description: String {
        switch problem {
        case .absent: "there is no \(build) at \(path); build the commit to compare with and name its attnbench"
        case .folder: "the \(build) \(path) is a folder; name the program attnbench in it"
        case .notExecutable:
            "the \(build) \(path) is not executable; if it is attnbench, set its execute permission with chmod +x, and "
                + "otherwise name the program"
        }
    }

    /// What can be said of a path before it is started.
    static func check(_ path: String, as build: PairedBuild) throws(UnusableProgram) {
        var isFolder: ObjCBool = false
        let problem: Problem? =
            !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            ? .absent
            : isFolder.boolValue ? .folder : FileManager.default.isExecutableFile(atPath: path) ? nil : .notExecutable
        if let problem { throw UnusableProgram(build: build, path: path, problem: problem) }
    }
}
