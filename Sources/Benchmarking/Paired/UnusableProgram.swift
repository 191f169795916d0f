import Faults
import Foundation
import Records

/// A path that cannot be started as a build to compare.
public struct UnusableProgram: Fault, Equatable {
    enum Problem {
        case absent, folder, notExecutable
    }

    let engine: ComparedEngine
    let path: String
    let problem: Problem

    public var exitStatus: ExitStatus { engine == .baseline ? .baselineMissing : .usage }

    public var description: String {
        switch problem {
        case .absent:
            "there is no \(engine) at \(path); build the commit to compare with, and give its program attnbench"
        case .folder: "the \(engine) \(path) is a folder; give the program attnbench in it"
        case .notExecutable:
            "the \(engine) \(path) is not executable; if it is attnbench, set its execute permission with chmod +x, and "
                + "otherwise give another program"
        }
    }

    /// What can be said of a path before it is started.
    static func check(_ path: String, as engine: ComparedEngine) throws(UnusableProgram) {
        var isFolder: ObjCBool = false
        let problem: Problem? =
            !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            ? .absent
            : isFolder.boolValue ? .folder : FileManager.default.isExecutableFile(atPath: path) ? nil : .notExecutable
        if let problem { throw UnusableProgram(engine: engine, path: path, problem: problem) }
    }
}
